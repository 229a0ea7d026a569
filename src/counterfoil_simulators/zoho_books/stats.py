"""What was asked of the simulated Zoho, by organisation and by Zoho's own error code too."""

from collections import Counter
from typing import Any, NamedTuple

from counterfoil_simulators import stats
from counterfoil_simulators.writes import RecordedWrite


class ZohoEntry(NamedTuple):
    """One request in the log. `code` is Zoho's; 0 is success, None when there was none."""

    method: str
    path: str
    query: dict[str, str]
    status: int
    code: int | None
    organization: str | None
    at: float


class ZohoStats(stats.Stats[ZohoEntry]):
    """Counts requests; those to an accounts server belong to no organisation."""

    def reset(self) -> None:
        """Start counting from nothing."""
        super().reset()
        self._by_organization: dict[str, Counter[str]] = {}
        self._by_code: Counter[str] = Counter()

    def answered(self, route: str, entry: ZohoEntry, written: RecordedWrite | None = None) -> None:
        """A request was answered, or was left hanging with this status in mind; `written` where it was a write."""
        super().answered(route, entry, written)
        with self._lock:
            if entry.organization is not None:
                self._by_organization.setdefault(entry.organization, Counter())[route] += 1
            if entry.code:
                self._by_code[str(entry.code)] += 1

    def counts(self) -> dict[str, Any]:
        """As ever, and `by_organization` (requests by route) and `by_code` (errors)."""
        with self._lock:
            apart = {organization: dict(counter) for organization, counter in self._by_organization.items()}
            codes = dict(self._by_code)
        return super().counts() | {"by_organization": apart, "by_code": codes}
