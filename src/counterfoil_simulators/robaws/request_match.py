"""The requests that a fault or a hold applies to."""

from fnmatch import fnmatchcase

import msgspec

from counterfoil_simulators.wire import WireRequest


class RobawsMatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Matches when all given parts match. `path` is a glob on the path below /api/v2; `page` is zero-based."""

    method: str | None = None
    path: str | None = None
    page: int | None = None
    mode: str | None = None

    def fits(self, request: WireRequest, path: str, mode: str) -> bool:
        return (
            (self.method is None or self.method.upper() == request.method)
            and (self.path is None or fnmatchcase(path, self.path))
            and (self.mode is None or self.mode == mode)
            and (self.page is None or self.page == requested_page(request))
        )


def requested_page(request: WireRequest) -> int:
    """Return the page number of a list request, in either form of paging; 0 without one."""

    def number(name: str, default: int) -> int:
        text = request.query.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default

    if "limit" in request.query or "offset" in request.query:
        return number("offset", 0) // max(1, number("limit", 10))
    return number("page", 0)
