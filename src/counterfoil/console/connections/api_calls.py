"""A connection's API calls by purpose, today and in the last days: a chart, and a table of the same numbers."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from counterfoil.connections import budget, wording
from counterfoil.connections.budget import Calls, DayUsage
from counterfoil.connectors.priority import Priority
from counterfoil.console.widgets.chart import Chart, Column, stacked
from counterfoil.mirror.models import Connection

DAYS = 7


@dataclass(frozen=True, slots=True)
class CallLine:
    """The calls for one purpose."""

    title: str
    today: int
    lately: int


@dataclass(frozen=True, slots=True)
class CallUsage:
    """The calls of a connection. Without `lines` there were none."""

    today: DayUsage
    lines: list[CallLine]
    chart: Chart
    days: int = DAYS

    @property
    def used(self) -> str:
        """Today's calls, as in "123 of 10,000"."""
        return (
            f"{self.today.used:,}" if self.today.limit is None else f"{self.today.used:,} of {self.today.limit:,}"
        )

    @property
    def lately(self) -> int:
        """All calls made by Counterfoil in these days."""
        return sum(line.lately for line in self.lines)


def call_usage(connection: Connection) -> CallUsage:
    """Return the calls of one connection."""
    today = budget.usage_today(connection.pk, timezone.now())
    days = [today.day - timedelta(days=back) for back in reversed(range(DAYS))]
    calls = budget.calls_by_day(connection.pk, days)
    lines = [
        CallLine(wording.sentence(wording.calls(kind)), today.calls.get(kind, 0), lately)
        for kind in Priority
        if (lately := sum(calls[day].get(kind, 0) for day in days))
    ]
    return CallUsage(today, lines, _chart(calls))


def _chart(calls: dict[date, Calls]) -> Chart:
    columns = [
        Column(f"{day.day}", tuple(made.get(kind, 0) for kind in Priority), f"{day:%a %d %b}: {_day_text(made)}")
        for day, made in calls.items()
    ]
    total = sum(sum(made.values()) for made in calls.values())
    return stacked(
        "API calls per day",
        columns,
        [wording.sentence(wording.calls(kind)) for kind in Priority],
        summary=f"{total:,} in {DAYS} days",
        empty=f"No API calls in {DAYS} days.",
    )


def _day_text(made: Calls) -> str:
    return ", ".join(f"{calls:,} for {wording.calls(kind)}" for kind, calls in made.items()) or "none"
