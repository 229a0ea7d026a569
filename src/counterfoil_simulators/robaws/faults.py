"""What can go wrong with Robaws, and for which requests (contract sections 4 and 7)."""

from typing import ClassVar, Literal

from counterfoil_simulators import faults
from counterfoil_simulators.faults import WireKind, kinds
from counterfoil_simulators.robaws.matching import RobawsMatch

type EdgeKind = Literal["latency", "html_error", "interstitial", "temp_blocked", "wrong_credentials"]
"""In front of the application: before authentication and limits."""
type LimitKind = Literal["rate_limited", "daily_exhausted"]
type AppKind = Literal["server_error", "forbidden"]
"""In the application: the request was counted."""
type PageKind = Literal[
    "empty_list",
    "empty_page",
    "short_page",
    "duplicate_rows",
    "drift_delete",
    "drift_insert",
    "ignore_updated_from",
    "wrong_total",
    "nobody_included",
]
type ItemKind = Literal["garbage", "invalid_utf8"]


class RobawsFault(faults.Fault, kw_only=True):
    """One fault of Robaws. Parameters that a kind does not use are left alone."""

    KINDS: ClassVar[frozenset[str]] = kinds(EdgeKind, LimitKind, AppKind, WireKind, PageKind, ItemKind)

    match: RobawsMatch = RobawsMatch()
    status: Literal[500, 502, 503, 504] = 502
    """html_error: which."""
    count: int = 1
    """short_page, duplicate_rows: how many items; drift_*: how many clients."""
    client: str | None = None
    """drift_delete: which client; garbage, invalid_utf8: spoil this client wherever it is read."""
    position: int = 0
    """garbage, invalid_utf8 without client: which item of the page."""
    shape: Literal["string", "no_id", "name_object", "integer_id", "null"] = "string"
    """garbage: what the item looks like."""
    total: int | None = None
    """wrong_total: the number claimed; None: one too few."""
