"""The faults of Zoho Books, and the requests that they strike (contract sections 1, 2.1 and 5)."""

from http import HTTPStatus
from typing import ClassVar, Literal

from counterfoil_simulators import faults
from counterfoil_simulators.faults import WireKind, kinds
from counterfoil_simulators.odd_payloads import Oddity
from counterfoil_simulators.zoho_books.errors import NotFoundForm
from counterfoil_simulators.zoho_books.request_match import ZohoMatch

type EdgeKind = Literal["html_error", "interstitial", "not_found", "oauth_error", "throttled"]
"""Strikes before everything else. The last two are answers of the accounts server."""
type AppKind = Literal["latency", "too_many_requests", "unauthorized", "server_error", "error"]
"""Strikes after authentication and limits: the request was counted."""
type PageKind = Literal[
    "empty_list",
    "empty_page",
    "short_page",
    "duplicate_rows",
    "endless",
    "cut_short",
    "no_page_context",
    "ignore_last_modified_time",
    "drift_delete",
    "drift_insert",
    "drift_move",
]
type ItemKind = Literal["garbage", "invalid_utf8", "altered", "deleted_body"]
"""Strikes a record wherever it is read; `deleted_body` answers a single read even of one that does not exist."""
type ReadKind = Literal["answered_by"]


class ZohoFault(faults.Fault, kw_only=True):
    """One fault of Zoho Books. Parameters that a kind does not use are ignored."""

    KINDS: ClassVar[frozenset[str]] = kinds(EdgeKind, AppKind, WireKind, PageKind, ItemKind, ReadKind)

    match: ZohoMatch = ZohoMatch()
    status: int = 0
    """html_error: the status, 502 by default; error: the status, 400 by default."""
    form: NotFoundForm = "own"
    """not_found: the form of the 404, whether or not the record exists."""
    code: int = 0
    """too_many_requests: 44, 45, 1070 or another; error: any."""
    message: str = "Something went wrong"
    """error: the message."""
    error: str = "invalid_code"
    """oauth_error: the word."""
    retry_after: int | None = None
    """too_many_requests: seconds; None sends no header."""
    count: int = 1
    """short_page, duplicate_rows: how many rows; drift_*: how many records."""
    record: str | None = None
    """drift_delete, drift_move, the faults of an item: this record; answered_by: the id that is read."""
    to: Literal["front", "back"] = "front"
    """drift_move: to the first position, or to the last."""
    position: int = 0
    """The faults of an item without record: the position of the row in the page."""
    shape: (
        Literal["string", "null", "no_id", "name_object", "integer_id", "wrong_time", "wrong_amount"] | Oddity
    ) = "string"
    """garbage: what the row looks like."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.status:
            HTTPStatus(self.status)
