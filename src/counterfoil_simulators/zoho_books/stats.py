"""Statistics of requests, also by organisation and by Zoho's own error code."""

from collections import Counter
from typing import Any, NamedTuple

from counterfoil_simulators import stats
from counterfoil_simulators.recorded_writes import RecordedWrite


class ZohoLogEntry(NamedTuple):
    """One request in the log. `code` is Zoho's; 0 is success, None when there was none."""

    method: str
    path: str
    query: dict[str, str]
    status: int
    code: int | None
    organization: str | None
    at: float


class ZohoStats(stats.Stats[ZohoLogEntry]):
    """Counts requests; those to an accounts server belong to no organisation."""

    def reset(self) -> None:
        """Set all counts back to zero."""
        super().reset()
        self._by_organization: dict[str, Counter[str]] = {}
        self._by_code: Counter[str] = Counter()

    def record_answer(self, route: str, entry: ZohoLogEntry, written: RecordedWrite | None = None) -> None:
        """Record an answered request, also by organisation and by error code."""
        super().record_answer(route, entry, written)
        with self._lock:
            if entry.organization is not None:
                self._by_organization.setdefault(entry.organization, Counter())[route] += 1
            if entry.code:
                self._by_code[str(entry.code)] += 1

    def counts(self) -> dict[str, Any]:
        """Return the common counts, with `by_organization` (requests by route) and `by_code` (errors)."""
        with self._lock:
            apart = {organization: dict(counter) for organization, counter in self._by_organization.items()}
            codes = dict(self._by_code)
        return super().counts() | {"by_organization": apart, "by_code": codes}
