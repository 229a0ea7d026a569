"""The requests that a fault or a hold applies to."""

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from counterfoil_simulators.zoho_books.tenant import ZohoCall


class ZohoMatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Matches when all given parts match. `path` is a glob on the path below /books/v3 or an accounts server."""

    method: str | None = None
    path: str | None = None
    page: int | None = None
    """One-based, as in the query."""
    organization: str | None = None

    def fits(self, call: "ZohoCall") -> bool:
        query = call.request.query
        return (
            (self.method is None or self.method.upper() == call.request.method)
            and (self.path is None or fnmatchcase(call.path, self.path))
            and (self.page is None or str(self.page) == query.get("page", "1"))
            and (self.organization is None or self.organization == query.get("organization_id"))
        )
