"""A switch for every fact that the contract leaves open; the defaults are what was seen most."""

from typing import Literal
from uuid import uuid4

from counterfoil_simulators.delivery_switches import DeliverySwitches

type Plan = Literal["plan"]


class ZohoSwitches(DeliverySwitches, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The behaviour of this simulated Zoho; change it with `control.switch(name=value, ...)`."""

    # Listing (sections 2.1, 3, 4.1)
    default_per_page: int = 200
    max_per_page: int = 200
    per_page_over_max: Literal["clamp", "400"] = "clamp"
    contacts_ignore_last_modified_time: bool = False
    """The format is still checked, yet every contact is listed (section 0, fact 4)."""
    default_filter: Literal["Status.All", "Status.Active"] = "Status.All"
    """The filter of a list of contacts without `filter_by`; in one report inactive ones were hidden."""
    filter_by: Literal["honoured", "ignored"] = "honoured"
    unknown_filter_by: Literal["400", "ignore"] = "400"
    unknown_status: Literal["ignore", "400"] = "ignore"
    unknown_sort_column: Literal["400", "ignore"] = "400"
    invoices_sort_by_last_modified_time: bool = True
    """Not in the specification, but one client reads them so."""
    page_context: Literal["object", "list", "texts", "bare"] = "object"
    """The form of the context: as recorded, as in the specification, with texts for values, without its echo."""
    all_persons_listed: bool = True
    """Whether `GET /contacts/contactpersons` exists."""

    # Values (sections 2 to 4)
    money: Literal["mixed", "float", "text"] = "mixed"
    """Amounts as JSON integers and fractions, as fractions only, or as texts, as in the specification."""
    invoice_phone: Literal["empty", "primary"] = "empty"
    """The `phone` and `email` of an invoice in a list: only seen empty, so their source is unknown."""
    invoice_url: Literal["token", "stable"] = "token"
    """Whether the link of an invoice has another token in each answer."""
    changing_fields: tuple[str, ...] = ()
    """Fields of listed contacts and invoices that differ from answer to answer, while their time stands still."""
    person_edit_touches_contact: bool = True
    persons_in_contact: Literal["all", "absent", "null", "empty"] = "all"
    """The `contact_persons` of a contact that is read by itself; only all of them have been seen."""
    balances_move_silently: bool = False
    """A payment changes an invoice's balance without moving its `last_modified_time`."""
    not_found_status: Literal[404, 200] = 404
    organizations_tell_country: bool = True
    """Whether an organisation's row has its `country_code`; the only evidence is one recording."""
    missing_organization: Literal["default", "400"] = "default"
    """The answer to a request without `organization_id`: from the first organisation, or code 6041."""

    # Writing (sections 2.3, 3 and 5.2)
    refused_value: Literal["4", "2", "words"] = "4"
    """The refusal of a value: either code with the name of the field, or a text that names no field."""
    duplicate_name: Literal["allow", "3062"] = "allow"
    """Whether two contacts may have the same name; the code is from memory."""
    contact_delete: Literal["removed", "kept"] = "removed"
    """Whether a contact whose deletion was answered with success is gone."""
    contact_in_use_code: int = 3000
    """Code of the refusal to delete a contact that has invoices; never seen."""
    cut_texts_at: int = 0
    """Written texts are cut off after so many characters, without an error; 0 keeps or refuses them whole."""
    noop_write_touches: bool = False
    """A write that changes nothing moves `last_modified_time` and fires a webhook."""
    address_written: Literal["replace", "merge"] = "replace"
    """The effect on the parts of an address that a write leaves out."""
    custom_fields_written: Literal["merge", "replace"] = "merge"
    """The effect on the custom fields that a write leaves out."""
    person_written: Literal["partial", "replace"] = "partial"
    """The effect on the fields of a person that a PUT leaves out; a contact keeps them."""
    person_answer: Literal["object", "list"] = "object"
    """The form of `contact_person` in the answer to a write: seen as an object, specified as an array."""
    vat_numbers: Literal["kept", "ignored"] = "kept"
    """`vat_reg_no` and `tax_reg_no` exist in some editions only."""

    # OAuth (section 1)
    token_lifetime_seconds: int = 3600
    tokens_per_window: int | None = 10
    """Access tokens per refresh token and window; None: no limit."""
    token_window_seconds: float = 600.0
    token_names_scopes: bool = True
    """Whether the answer with a token lists its scopes: seen in one report, and not in the specification."""
    token_throttle_status: Literal[400, 200] = 400
    live_tokens: int = 30
    """Per refresh token; one more deletes the oldest."""
    refresh_tokens: int = 20
    """Per user; one more deletes the oldest."""
    refresh_tokens_per_minute: int | None = 5
    code_lifetime_seconds: float = 120.0
    consent: Literal["accept", "refuse", "ask"] = "accept"
    """The user's choice on the consent page; "ask" shows a page with two buttons."""
    redirect_uri: str | None = None
    """The address registered for the client; None accepts any."""
    bearer_accepted: bool = True

    # Limits (section 5.1)
    rate: int | None = 100
    """Requests per minute and organisation; None: no limit."""
    block_seconds: float = 1800.0
    retry_after: bool = True
    """Whether the answer says when the block ends."""
    daily_limit: int | Plan | None = "plan"
    """Requests per day and organisation; None: no limit."""
    concurrency: int | Plan | None = "plan"
    """Requests in progress at once per organisation; None: no limit."""
    count_429: bool = False
    """Whether a refused request counts for the day."""

    # Webhooks (section 6), besides those of `DeliverySwitches`
    webhook_retry_seconds: tuple[float, ...] = (300.0, 1800.0, 7200.0)
    """Retry policies are documented, their times are not."""
    webhook_timeout_seconds: float = 15.0
    webhook_wrapper: Literal["entity", "bare", "data", "JSONString"] = "entity"
    """The default payload: `{"contact": {...}}`, the record itself, `{"data": {...}}`, or a form field."""
    webhook_signature: Literal["hex", "base64", "none"] = "hex"
    webhook_signs: Literal["pairs_and_body", "body"] = "pairs_and_body"
    """Whether the parameters of the address are signed too."""
    webhook_for_payments: bool = True
    """Whether a payment counts as an edit of its invoice."""
    webhook_for_merged: bool = False
    """Whether the contact that a merge removes counts as deleted."""
    webhooks_readable: Literal["yes", "404", "405"] = "yes"
    """The answer to GET and DELETE of webhooks; only their creation is confirmed."""

    # Everything
    latency_ms: float = 0.0


def changing_values(switches: ZohoSwitches) -> dict[str, str]:
    """Make new values for the fields that differ from answer to answer."""
    return {name: uuid4().hex for name in switches.changing_fields}
