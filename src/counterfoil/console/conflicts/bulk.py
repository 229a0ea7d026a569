"""Which conflicts are settled together: ticked rows, or all that the filters leave, as they stood when asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core import signing
from django.db.models import Count
from django.http import HttpRequest

from counterfoil.console.conflicts import text as conflict_text
from counterfoil.console.conflicts.filters import FILTERS, Rows
from counterfoil.console.conflicts.text import ALIKE, CHOICES, TOGETHER
from counterfoil.console.lists import bulk
from counterfoil.console.site import permissions, visibility
from counterfoil.mirror.models import Conflict, ConflictKind, Connection, Decision

MOST = 1_000
"""Conflicts that are settled at a press."""
_SALT = "conflict-selection"


@dataclass(frozen=True, slots=True)
class ChosenConflicts:
    """`picked` conflicts by their keys; without any, all that the filters leave. None of which the upstream has
    said something after `at`: nobody has seen that."""

    decision: Decision
    filters: Mapping[str, str]
    picked: tuple[int, ...]
    at: datetime

    def rows(self, request: HttpRequest) -> Rows:
        """Those that are open, and no more than the person may see."""
        rows = visibility.narrow(request, Conflict.objects.open().filter(theirs_at__lte=self.at))
        if self.picked:
            return rows.filter(pk__in=self.picked)
        for name, chosen in self.filters.items():
            rows = FILTERS[name](rows, chosen)
        return rows

    def together(self, request: HttpRequest) -> Rows:
        """Of these those that can be settled the same way, oldest first."""
        return self.rows(request).filter(kind__in=TOGETHER).order_by("id")

    @property
    def names(self) -> list[str]:
        """What narrows them, without any value: for the log."""
        return ["picked"] if self.picked else list(self.filters)

    @property
    def sealed(self) -> str:
        """For a form: it comes back as it was given out."""
        said = {
            "decision": self.decision.value,
            "filters": self.filters,
            "picked": self.picked,
            "at": self.at.isoformat(),
        }
        return signing.dumps(said, salt=_SALT)

    @property
    def list_address(self) -> str:
        """The list with the same filters."""
        return bulk.address("admin:counterfoil_mirror_conflict_changelist", self.filters)


def bar(request: HttpRequest, cl: ChangeList) -> dict[str, Any] | None:
    """What the bar above the list needs; None for somebody who may settle nothing."""
    if not request.user.has_perm(permissions.SETTLE):
        return None
    return bulk.bar(request, cl, "console/settle_buttons.html", FILTERS)


def asked_for(request: HttpRequest, now: datetime) -> ChosenConflicts | None:
    """The rows that were ticked, or all that match, as it stands now. None where no decision was named."""
    said = request.POST.get("decision", "")
    if said not in ALIKE:
        return None
    filters = bulk.set_filters(request.POST.dict(), FILTERS)
    return ChosenConflicts(Decision(said), filters, bulk.picked_keys(request), now)


def unsealed(text: str) -> ChosenConflicts | None:
    """What `sealed` gave out; None for anything else."""
    if (said := bulk.unseal(text, _SALT)) is None:
        return None
    at = datetime.fromisoformat(said["at"])
    return ChosenConflicts(Decision(said["decision"]), said["filters"], tuple(said["picked"]), at)


def question(request: HttpRequest, chosen: ChosenConflicts) -> dict[str, Any]:
    """What a person is told before conflicts are settled. `total` is 0 where there is nothing to ask."""
    rows = chosen.together(request)
    counts = dict(rows.order_by().values_list("kind").annotate(Count("id")))
    total = sum(counts.values())
    keys = list(rows.order_by().values_list("connection_id", flat=True).distinct())
    return {
        "title": "Settle conflicts",
        "original": "Settle",
        "sealed": chosen.sealed,
        "total": total,
        "now": min(total, MOST),
        "most": MOST,
        "others": chosen.rows(request).exclude(kind__in=TOGETHER).count(),
        "effects": [_effect(ConflictKind(kind), chosen.decision, count) for kind, count in sorted(counts.items())],
        "words": "Keep ours" if chosen.decision == Decision.OURS else "Take theirs",
        "connections": [one.called for one in Connection.objects.filter(pk__in=keys).select_related("owner")],
        "back": chosen.list_address,
    }


def _effect(kind: ConflictKind, decision: Decision, count: int) -> tuple[int, str, str]:
    choice = next(choice for choice in CHOICES[kind] if choice.decision == decision)
    return count, conflict_text.KINDS[kind], choice.effect
