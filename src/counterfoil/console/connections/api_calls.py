"""What a connection's calls were for, today and in the last days: a chart, and a table with the same numbers."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from counterfoil.connections import budget
from counterfoil.connections.budget import Calls, DayUsage
from counterfoil.connectors.priority import Priority
from counterfoil.console.widgets.chart import Chart, Column, stacked
from counterfoil.mirror.models import Allowance, Connection

DAYS = 7


@dataclass(frozen=True, slots=True)
class CallLine:
    """Calls for one kind of work."""

    title: str
    today: int
    lately: int


@dataclass(frozen=True, slots=True)
class CallUsage:
    """What the page shows of them; without `lines` there is nothing to show."""

    today: DayUsage
    lines: list[CallLine]
    chart: Chart
    days: int = DAYS

    @property
    def used(self) -> str:
        """As in "123 of 10,000"."""
        return (
            f"{self.today.used:,}" if self.today.limit is None else f"{self.today.used:,} of {self.today.limit:,}"
        )

    @property
    def lately(self) -> int:
        """All calls from here in these days."""
        return sum(line.lately for line in self.lines)


def call_usage(connection: Connection) -> CallUsage:
    """The calls of one connection."""
    allowance = Allowance.objects.filter(connection=connection).first() or Allowance(connection=connection)
    today = budget.usage_today(allowance, timezone.now())
    days = [today.day - timedelta(days=back) for back in reversed(range(DAYS))]
    calls = budget.calls_by_day(connection.pk, days)
    lines = [
        CallLine(budget.WORDS[kind].capitalize(), today.calls.get(kind, 0), lately)
        for kind in Priority
        if (lately := sum(calls[day].get(kind, 0) for day in days))
    ]
    return CallUsage(today, lines, _chart(calls))


def _chart(calls: dict[date, Calls]) -> Chart:
    columns = [
        Column(f"{day.day}", tuple(made.get(kind, 0) for kind in Priority), f"{day:%a %d %b}: {_said(made)}")
        for day, made in calls.items()
    ]
    total = sum(sum(made.values()) for made in calls.values())
    return stacked(
        "Calls per day",
        columns,
        [budget.WORDS[kind].capitalize() for kind in Priority],
        summary=f"{total:,} in {DAYS} days",
        empty=f"No call in {DAYS} days.",
    )


def _said(made: Calls) -> str:
    return ", ".join(f"{calls:,} for {budget.WORDS[kind]}" for kind, calls in made.items()) or "none"
