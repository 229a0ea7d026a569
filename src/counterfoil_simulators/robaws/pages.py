"""The page parameters of a list, and the envelope around its items (contract section 2.1)."""

from dataclasses import dataclass
from typing import NamedTuple

from counterfoil_simulators.robaws.errors import bad_request
from counterfoil_simulators.robaws.switches import RobawsSwitches
from counterfoil_simulators.wire import WireResponse


class RobawsWindow(NamedTuple):
    """The requested part of a list: first position and greatest length."""

    start: int
    size: int

    @property
    def page(self) -> int:
        """Zero-based number of the page."""
        return self.start // self.size


@dataclass(slots=True)
class RobawsPage:
    """The items of one answer as encoded JSON, and the total number of records."""

    window: RobawsWindow
    items: list[bytes]
    ids: list[int]
    total: int


def parse_window(query: dict[str, str], switches: RobawsSwitches) -> RobawsWindow:
    """Parse the page parameters. With `limit` or `offset`, `page` and `size` are silently ignored."""
    if "limit" in query or "offset" in query:
        size = _size("limit", query, switches)
        return RobawsWindow(_number("offset", query, 0), size)
    size = _size("size", query, switches)
    return RobawsWindow(_number("page", query, 0) * size, size)


def render_envelope(page: RobawsPage) -> WireResponse:
    """Answer 200 with the items and the counts; `size` is the number of items in this page."""
    total, size = page.total, page.window.size
    counts = (
        f',"totalItems":{total},"totalPages":{-(-total // size)},'
        f'"currentPage":{page.window.page},"size":{len(page.items)}}}'
    )
    return WireResponse(200, b'{"items":' + render_array(page) + counts.encode())


def render_array(page: RobawsPage) -> bytes:
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
