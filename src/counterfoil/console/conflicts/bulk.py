"""Settling conflicts in bulk: the ticked ones, or all that match the filters, as they were when the user asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core import signing
from django.db.models import Count
from django.http import HttpRequest

from counterfoil.connections import wording
from counterfoil.connectors.page import Resource
from counterfoil.console.conflicts import text as conflict_text
from counterfoil.console.conflicts.filters import FILTERS, Rows
from counterfoil.console.conflicts.text import BULK_DECISIONS, BULK_KINDS
from counterfoil.console.lists import bulk
from counterfoil.console.lists.system import shared_system, visible_system
from counterfoil.console.site import permissions, visibility
from counterfoil.mirror.models import Conflict, ConflictKind, Connection, Decision

MOST = 1_000
"""The most conflicts that are settled at a time."""
_SALT = "conflict-selection"


@dataclass(frozen=True, slots=True)
class ChosenConflicts:
    """The `picked` conflicts by key; without any, all that match the filters.

    Conflicts whose value in the connected system changed after `at` are left out: the user has not seen it.
    """

    decision: Decision
    filters: Mapping[str, str]
    picked: tuple[int, ...]
    at: datetime

    def rows(self, request: HttpRequest) -> Rows:
        """Return the open conflicts that the user may see."""
        rows = visibility.narrow(
            request, Conflict.objects.open().filter(resource=Resource.CUSTOMER, theirs_at__lte=self.at)
        )
        if self.picked:
            return rows.filter(pk__in=self.picked)
        for name, chosen in self.filters.items():
            rows = FILTERS[name](rows, chosen)
        return rows

    def in_bulk(self, request: HttpRequest) -> Rows:
        """Return those of a kind that can be settled in bulk, oldest first."""
        return self.rows(request).filter(kind__in=BULK_KINDS).order_by("id")

    @property
    def names(self) -> list[str]:
        """The names of the filters without their values, for the log."""
        return ["picked"] if self.picked else list(self.filters)

    @property
    def signed(self) -> str:
        """The choice as signed text for a form, so that it comes back unchanged."""
        stored = {
            "decision": self.decision.value,
            "filters": self.filters,
            "picked": self.picked,
            "at": self.at.isoformat(),
        }
        return signing.dumps(stored, salt=_SALT)

    @property
    def list_address(self) -> str:
        """The address of the list with the same filters."""
        return bulk.address("admin:counterfoil_mirror_conflict_changelist", self.filters)


def bar(request: HttpRequest, cl: ChangeList) -> dict[str, Any] | None:
    """Return the context of the selection bar; None for a user who may not settle conflicts."""
    if not request.user.has_perm(permissions.SETTLE):
        return None
    system = visible_system(request)
    return {
        **bulk.bar(request, cl, "console/settle_buttons.html", FILTERS),
        "keep_ours": f"{conflict_text.bulk_label(Decision.OURS, system)}…",
        "keep_theirs": f"{conflict_text.bulk_label(Decision.THEIRS, system)}…",
    }


def posted_choice(request: HttpRequest, now: datetime) -> ChosenConflicts | None:
    """Return the ticked conflicts, or all that match, as they are now; None without a valid decision."""
    decision = request.POST.get("decision", "")
    if decision not in BULK_DECISIONS:
        return None
    filters = bulk.set_filters(request.POST.dict(), FILTERS)
    return ChosenConflicts(Decision(decision), filters, bulk.picked_keys(request), now)


def read_signed(text: str) -> ChosenConflicts | None:
    """Read what `signed` gave; None for any other text."""
    if (stored := bulk.unseal(text, _SALT)) is None:
        return None
    at = datetime.fromisoformat(stored["at"])
    return ChosenConflicts(Decision(stored["decision"]), stored["filters"], tuple(stored["picked"]), at)


def confirmation(request: HttpRequest, chosen: ChosenConflicts) -> dict[str, Any]:
    """Return the context of the page that asks before conflicts are settled. `total` is 0 where there are none."""
    rows = chosen.in_bulk(request)
    counts = dict(rows.order_by().values_list("kind").annotate(Count("id")))
    total = sum(counts.values())
    keys = list(rows.order_by().values_list("connection_id", flat=True).distinct())
    connections = list(Connection.objects.filter(pk__in=keys).select_related("owner"))
    system = shared_system(connections)
    return {
        "title": "Settle conflicts",
        "original": "Settle",
        "sealed": chosen.signed,
        "total": total,
        "now": min(total, MOST),
        "most": MOST,
        "others": chosen.rows(request).exclude(kind__in=BULK_KINDS).count(),
        "effects": [_effect(kind, chosen.decision, system, count) for kind, count in sorted(counts.items())],
        "words": conflict_text.bulk_label(chosen.decision, system),
        "connections": [connection.called for connection in connections],
        "back": chosen.list_address,
    }


def _effect(kind: str, decision: Decision, system: str, count: int) -> tuple[int, str, str]:
    choices = conflict_text.choices(ConflictKind(kind), system)
    effect = next(choice.effect for choice in choices if choice.decision == decision)
    return count, wording.sentence(wording.conflict_kind(kind, system)), effect
