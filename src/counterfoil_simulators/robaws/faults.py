"""The faults of Robaws, and the requests that they strike (contract sections 4 and 7)."""

from http import HTTPStatus
from typing import ClassVar, Literal

from counterfoil_simulators import faults
from counterfoil_simulators.faults import WireKind, kinds
from counterfoil_simulators.odd_payloads import Oddity
from counterfoil_simulators.robaws.errors import NotFoundForm
from counterfoil_simulators.robaws.request_match import RobawsMatch

type EdgeKind = Literal["latency", "html_error", "interstitial", "not_found", "temp_blocked", "wrong_credentials"]
"""Strikes in front of the application, before authentication and limits."""
type LimitKind = Literal["rate_limited", "daily_exhausted"]
type AppKind = Literal["server_error", "forbidden", "error"]
"""Strikes inside the application, after the request was counted."""
type LateKind = Literal["late"]
"""A gateway answers 504 before the application has done its work; `control.land` does it."""
type PageKind = Literal[
    "empty_list",
    "empty_page",
    "short_page",
    "duplicate_rows",
    "drift_delete",
    "drift_insert",
    "ignore_updated_from",
    "wrong_total",
    "growing_total",
    "nobody_included",
]
type ItemKind = Literal["garbage", "invalid_utf8", "altered", "deleted_body"]
"""Strikes a client wherever it is read; `deleted_body` answers a single read even of one that does not exist."""
type ReadKind = Literal["answered_by"]


class RobawsFault(faults.Fault, kw_only=True):
    """One fault of Robaws. Parameters that a kind does not use are ignored."""

    KINDS: ClassVar[frozenset[str]] = kinds(
        EdgeKind, LimitKind, AppKind, LateKind, WireKind, PageKind, ItemKind, ReadKind
    )

    match: RobawsMatch = RobawsMatch()
    status: int = 0
    """html_error: the status, 502 by default; error: the status, 400 by default."""
    form: NotFoundForm = "own"
    """not_found: the form of the 404, whether or not the record exists."""
    count: int = 1
    """short_page, duplicate_rows: how many items; drift_*: how many clients."""
    client: str | None = None
    """drift_delete: the client to delete; the faults of an item: this client; answered_by: the id that is read."""
    position: int = 0
    """The faults of an item without client: the position of the item in the page."""
    shape: Literal["string", "no_id", "name_object", "integer_id", "no_contacts", "nul_label", "null"] | Oddity = (
        "string"
    )
    """garbage: what the item looks like."""
    total: int | None = None
    """wrong_total: the total to report; None: one too few."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.status and HTTPStatus(self.status).is_success:
            raise ValueError(f"{self.status} is no error")
