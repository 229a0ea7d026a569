"""Which part of a list is asked for, and the envelope around it (contract section 2.1)."""

from dataclasses import dataclass
from typing import NamedTuple

from counterfoil_simulators.robaws.errors import bad_request
from counterfoil_simulators.robaws.switches import RobawsSwitches
from counterfoil_simulators.wire import WireResponse


class RobawsWindow(NamedTuple):
    """A stretch of a list: where it starts and how long it may be."""

    start: int
    size: int

    @property
    def page(self) -> int:
        """Zero-based number of the page."""
        return self.start // self.size


@dataclass(slots=True)
class RobawsPage:
    """The items of one answer as ready-made JSON, and how many there are in all."""

    window: RobawsWindow
    items: list[bytes]
    ids: list[int]
    total: int


def window(query: dict[str, str], switches: RobawsSwitches) -> RobawsWindow:
    """`limit`/`offset` win; with either of them `page` and `size` are silently ignored."""
    if "limit" in query or "offset" in query:
        size = _size("limit", query, switches)
        return RobawsWindow(_number("offset", query, 0), size)
    size = _size("size", query, switches)
    return RobawsWindow(_number("page", query, 0) * size, size)


def envelope(page: RobawsPage) -> WireResponse:
    """200 with the items and the counts; `size` is the number of items in this page."""
    total, size = page.total, page.window.size
    counts = (
        f',"totalItems":{total},"totalPages":{-(-total // size)},'
        f'"currentPage":{page.window.page},"size":{len(page.items)}}}'
    )
    return WireResponse(200, b'{"items":' + array(page) + counts.encode())


def array(page: RobawsPage) -> bytes:
    """The items alone."""
    return b"[" + b",".join(page.items) + b"]"


def _size(name: str, query: dict[str, str], switches: RobawsSwitches) -> int:
    size = _number(name, query, switches.default_size)
    if size < 1:
        raise bad_request(f"{name} must be at least 1", name)
    if size > switches.max_size and switches.size_over_max == "400":
        raise bad_request(f"{name} must not be greater than {switches.max_size}", name)
    return min(size, switches.max_size)


def _number(name: str, query: dict[str, str], default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise bad_request(f"{name} must be a number", name)
    return int(text)
