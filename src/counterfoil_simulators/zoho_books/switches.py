"""Every fact the contract leaves open, as a switch; the defaults are what was seen most."""

from typing import Literal

from counterfoil_simulators.delivery_switches import DeliverySwitches

type Plan = Literal["plan"]


class ZohoSwitches(DeliverySwitches, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How this Zoho behaves. Changed through `control.switch(name=value, ...)`; read-only otherwise."""

    # Listing (sections 2.1, 3, 4.1)
    default_per_page: int = 200
    max_per_page: int = 200
    per_page_over_max: Literal["clamp", "400"] = "clamp"
    contacts_ignore_last_modified_time: bool = False
    """The format is still checked, yet every contact is listed (section 0, fact 4)."""
    default_filter: Literal["Status.All", "Status.Active"] = "Status.All"
    """What a list of contacts without `filter_by` shows; one report has inactive ones hidden."""
    filter_by: Literal["honoured", "ignored"] = "honoured"
    unknown_filter_by: Literal["400", "ignore"] = "400"
    unknown_status: Literal["ignore", "400"] = "ignore"
    unknown_sort_column: Literal["400", "ignore"] = "400"
    invoices_sort_by_last_modified_time: bool = True
    """Not in the specification, yet one client reads them so."""
    all_persons_listed: bool = True
    """Whether `GET /contacts/contactpersons` exists."""

    # Values (sections 2 to 4)
    money: Literal["mixed", "float", "text"] = "mixed"
    """Amounts as whole and broken JSON numbers, broken ones only, or texts as the specification has it."""
    invoice_phone: Literal["empty", "primary"] = "empty"
    """The `phone` and `email` of an invoice in a list: never seen filled, so whose they are is unknown."""
    person_edit_touches_contact: bool = True
    balances_move_silently: bool = False
    """A payment changes an invoice's balance without moving its `last_modified_time`."""
    not_found_status: Literal[404, 200] = 404
    organizations_tell_country: bool = True
    """Whether an organisation's row has its `country_code`; one recording is all there is to go by."""
    missing_organization: Literal["default", "400"] = "default"
    """What a request without `organization_id` meets: the first organisation, or code 6041."""

    # Writing (sections 2.3, 3 and 5.2)
    refused_value: Literal["4", "2", "words"] = "4"
    """How a value is refused: by either code with the name of the field, or in words that name none."""
    duplicate_name: Literal["allow", "3062"] = "allow"
    """Whether two contacts may bear one name; the code is from memory."""
    contact_in_use_code: int = 3000
    """Code of the refusal to delete a contact that has invoices; never seen."""
    noop_write_touches: bool = False
    """A write that changes nothing moves `last_modified_time` and fires a webhook."""
    address_written: Literal["replace", "merge"] = "replace"
    """What becomes of the parts of an address that a write does not name."""
    custom_fields_written: Literal["merge", "replace"] = "merge"
    """What becomes of the custom fields that a write does not name."""
    person_written: Literal["partial", "replace"] = "partial"
    """What becomes of the fields of a person that a PUT does not name; of a contact's, they stay."""
    person_answer: Literal["object", "list"] = "object"
    """`contact_person` in the answer to a write: seen as an object, an array in the specification."""
    vat_numbers: Literal["kept", "ignored"] = "kept"
    """`vat_reg_no` and `tax_reg_no` exist in some editions only."""

    # OAuth (section 1)
    token_lifetime_seconds: int = 3600
    tokens_per_window: int | None = 10
    """Access tokens per refresh token and window; None: no limit."""
    token_window_seconds: float = 600.0
    token_throttle_status: Literal[400, 200] = 400
    live_tokens: int = 30
    """Per refresh token; one more deletes the oldest."""
    refresh_tokens: int = 20
    """Per user; one more deletes the oldest."""
    refresh_tokens_per_minute: int | None = 5
    code_lifetime_seconds: float = 120.0
    consent: Literal["accept", "refuse", "ask"] = "accept"
    """What the person in front of the consent page does; with "ask" there is a page with two buttons."""
    redirect_uri: str | None = None
    """The one that is registered for the client; None: any will do."""
    bearer_accepted: bool = True

    # Limits (section 5.1)
    rate: int | None = 100
    """Requests per minute and organisation; None: no limit."""
    block_seconds: float = 1800.0
    retry_after: bool = True
    """Whether the block names its end."""
    daily_limit: int | Plan | None = "plan"
    """Requests per day and organisation; None: no limit."""
    concurrency: int | Plan | None = "plan"
    """Requests under way at once per organisation; None: no limit."""
    count_429: bool = False
    """Whether a refused request costs one of the day."""

    # Webhooks (section 6), besides those of every outbox
    webhook_retry_seconds: tuple[float, ...] = (300.0, 1800.0, 7200.0)
    """That there are retry policies is said, not which."""
    webhook_timeout_seconds: float = 15.0
    webhook_wrapper: Literal["entity", "bare", "data", "JSONString"] = "entity"
    """What the default payload is: `{"contact": {...}}`, the record itself, `{"data": {...}}`, or a form field."""
    webhook_signature: Literal["hex", "base64", "none"] = "hex"
    webhook_signs: Literal["pairs_and_body", "body"] = "pairs_and_body"
    """Whether the parameters of the address are signed too."""
    webhook_for_payments: bool = True
    """Whether a payment counts as an edit of its invoice."""
    webhook_for_merged: bool = False
    """Whether the contact that a merge does away with counts as deleted."""
    webhooks_readable: Literal["yes", "404", "405"] = "yes"
    """What GET and DELETE of webhooks answer; creating them alone is confirmed."""

    # Everything
    latency_ms: float = 0.0
