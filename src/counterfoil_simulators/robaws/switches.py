"""A switch for every fact that the contract leaves open; the defaults are those of contract section 9."""

from typing import Literal

from counterfoil_simulators.delivery_switches import DeliverySwitches
from counterfoil_simulators.odd_payloads import Oddity
from counterfoil_simulators.robaws.errors import NotFoundForm


class RobawsSwitches(DeliverySwitches, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The behaviour of this tenant; change it with `control.switch(name=value, ...)`."""

    # Listing (sections 2.1 to 2.4)
    default_size: int = 10
    max_size: int = 100
    size_over_max: Literal["cap", "400"] = "cap"
    past_the_end: Literal["empty", "last"] = "empty"
    """What a page after the last one holds: nothing, or the last page again."""
    ignore_updated_from: bool = False
    archived_listed: bool = False
    """Whether lists contain archived clients."""
    archived_answer: Literal[200, 404] = 200
    """The status of a single read of an archived client."""
    honour_include_archived: bool = False
    """Whether `includeArchived=true`, confirmed on /work-orders only, works on /clients."""
    unstable_sort: bool = False
    """Ties of a sort are ordered differently on every request, so pages overlap."""
    unknown_include: Literal["ignore", "400"] = "ignore"
    contact_list_shape: Literal["envelope", "array"] = "envelope"
    included_contacts: Literal["array", "envelope", "ignored"] = "array"
    """The form of `include=contacts` in a client; only the array has been seen."""
    no_contacts: Literal["[]", "null"] = "[]"
    """The same for a client without contacts."""
    root_contacts: Literal["yes", "404"] = "yes"
    """Whether `GET /contacts` exists."""
    include_without_right: Literal["yes", "ignored", "403"] = "yes"
    """The effect of `include=contacts` for an API user whose role lacks the module contacts."""
    contacts_name_client: bool = True
    """Whether contacts have `clientId`; seen in the root list only."""
    name_with_id: Literal["never", "embedded", "detail", "always"] = "never"
    """Where ` - {id}` is appended to names: embedded clients; single reads too; everywhere."""
    timestamp_style: Literal["Z", "offset", "seconds"] = "Z"
    list_omits: tuple[str, ...] = ()
    """Fields that list items lack."""
    webhook_omits: tuple[str, ...] = ()
    """Fields that webhook data lack."""

    # Writing (section 2.5)
    unknown_extra_field: Literal["400", "ignore"] = "400"
    strict_select: bool = False
    """Whether a SELECT value outside the options gets 400."""
    long_text_500: bool = True
    """Extra-field text over 5,000 characters answers 500."""
    cut_texts_at: int = 0
    """Written texts are cut off after so many characters, without an error; 0 keeps them whole."""
    tidy_texts: Literal["never", "spelling", "html"] = "never"
    """What becomes of written texts: spaces, phones and addresses are tidied, or signs are escaped for HTML."""
    integer_relations: Literal["ignore", "accept"] = "ignore"
    write_answers_body: bool = False
    """PUT and PATCH answer 200 with the resource instead of 204."""
    noop_write_touches: bool = False
    """A write that changes nothing moves updatedAt and fires a webhook."""
    contact_touches_client: bool = False
    archive_touches: bool = True
    contact_delete: bool = True
    client_delete: Literal["removed", "kept", "refused", "forbidden", "405"] = "removed"
    """What DELETE of a client does: remove it; answer 204 and keep it; answer 409, 403 or 405."""
    delete_answers_body: bool = False
    """DELETE answers 200 with JSON instead of 204."""

    # Authentication and roles (section 1)
    temp_blocked: bool = False
    forbidden_modules: tuple[str, ...] = ()
    """Modules the API user's role lacks: clients, contacts, comments."""
    read_only_role: bool = False
    admin: bool = True
    """Only administrators may register webhook endpoints."""
    www_authenticate: bool = False

    # Limits (section 4)
    rate: float | None = 15.0
    """Tokens per second, shared by live and replica; None switches the bucket off."""
    burst: int = 20
    daily_limit_live: int = 10_000
    daily_limit_replica: int = 10_000
    daily_reset: Literal["utc", "brussels", "rolling"] = "utc"
    retry_after: bool = False
    count_429: bool = False
    """Whether a refused request counts for the day."""
    body_429: Literal["empty", "error"] = "empty"
    block_after_429s: int = 0
    """Temporarily block the integration after this many 429s; 0 never does."""
    block_seconds: float = 3600.0
    replica_write: Literal["400", "live"] = "400"
    replica_lag_seconds: float = 0.0

    # Idempotency (section 5)
    idempotency_ttl_seconds: float = 86_400.0
    idempotency_in_flight: Literal["409", "wait"] = "409"
    idempotency_other_body: Literal["replay", "400", "422"] = "replay"
    idempotency_long_key: Literal["400", "accept"] = "400"

    # Webhooks (section 6), besides those of `DeliverySwitches`
    webhook_activation_seconds: float = 3.0
    webhook_retry_seconds: tuple[float, ...] = (1.0, 5.0, 25.0, 120.0, 600.0)
    webhook_suspend_after: int = 3
    webhook_new_id_on_retry: bool = False
    webhook_for_extra_fields_only: bool = True
    webhook_extra_fields_by_guid: bool = False
    webhook_oddity: Oddity | Literal[""] = ""
    """What is wrong with the records in webhooks; "" is nothing."""
    webhook_endpoints_readable: Literal["yes", "404", "405"] = "yes"
    """The answer to GET and DELETE of webhook-endpoints; both are documented but were never seen called."""

    # Everything
    latency_ms: float = 0.0
    not_found_form: NotFoundForm = "own"
    """The form of the API's 404, whose body is unknown (section 10)."""
    error_message: bool = True
    """400 bodies carry `message` and `errors`, whose real shape is unknown."""
    server_version: str = "5f63357eaf-master"
