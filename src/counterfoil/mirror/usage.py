"""What a connection's calls were made for, by day: counted as they are granted, kept for two months."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db.models import F
from django.utils import timezone

from counterfoil.connectors.contract import Quota
from counterfoil.connectors.priority import Priority
from counterfoil.mirror import budget
from counterfoil.mirror.models import Allowance, Connection, Usage

KEPT = timedelta(days=60)
WORDS: Mapping[Priority, str] = {
    Priority.PERSON: "people",
    Priority.DELIVERY: "webhooks",
    Priority.PUSH: "pushes",
    Priority.RUN: "syncs",
    Priority.BACKGROUND: "details",
}
"""What calls are for, as people read it."""

type Calls = Mapping[Priority, int]


@dataclass(frozen=True, slots=True)
class Today:
    """`used` is what the upstream counts where it says so, else what was made here. `others` were made by somebody
    else with access to the same tenant."""

    day: date
    used: int
    limit: int | None
    calls: Calls
    others: int

    def as_json(self) -> dict[str, object]:
        """For programs."""
        by_kind = {priority.value: count for priority, count in self.calls.items()}
        return {"day": self.day, "used": self.used, "by_kind": by_kind, "others": self.others}


def begin(connection: Connection, said: Quota, calls: int) -> None:
    """Give a new connection its allowance, as it stood when a person's calls tried it out."""
    now = timezone.now()
    state = budget.answered(budget.State(), said, now)
    Allowance.objects.create(connection=connection, **asdict(state))
    if calls:
        count(connection.pk, state, Priority.PERSON, calls, now)


def count(connection_id: int, state: budget.State, priority: Priority, calls: int, now: datetime) -> None:
    """Add calls to their day. Inside the transaction that holds the allowance's row, so nobody else adds."""
    today = budget.day(state, now, timezone.get_default_timezone())
    ours = Usage.objects.filter(connection_id=connection_id)
    if not ours.filter(day=today, kind=priority.value).update(calls=F("calls") + calls):
        ours.create(connection_id=connection_id, day=today, kind=priority.value, calls=calls)
        ours.filter(day__lt=today - KEPT).delete()


def by_day(connection_id: int, days: Sequence[date]) -> dict[date, Calls]:
    """The calls of each of these days."""
    found: dict[date, dict[Priority, int]] = {day: {} for day in days}
    rows = Usage.objects.filter(connection_id=connection_id, day__in=days)
    for day, kind, calls in rows.values_list("day", "kind", "calls"):
        found[day][Priority(kind)] = calls
    return {day: _in_order(calls) for day, calls in found.items()}


def today(allowance: Allowance, now: datetime) -> Today:
    """How the day stands."""
    state = budget.State.of(allowance)
    day = budget.day(state, now, timezone.get_default_timezone())
    calls = by_day(allowance.connection_id, [day])[day]
    ours = sum(calls.values())
    over = state.daily_reset_at is not None and state.daily_reset_at <= now
    known = state.daily_limit is not None and state.daily_remaining is not None and not over
    used = max(ours, (state.daily_limit or 0) - (state.daily_remaining or 0)) if known else ours
    return Today(day, used, state.daily_limit, calls, used - ours)


def _in_order(calls: Mapping[Priority, int]) -> Calls:
    return {priority: calls[priority] for priority in Priority if priority in calls}
