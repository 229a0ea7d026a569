"""The overview's charts: changes per day by source, how long syncs took, API calls per day."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from django.core.cache import cache
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone

from counterfoil.connections import wording
from counterfoil.console.widgets.chart import Chart, Column, stacked
from counterfoil.console.widgets.formats import duration_text
from counterfoil.mirror.models import Change, Run, RunKind, RunState, Source

DAYS = 14
RUNS = 20
SECONDS = 30
"""How long the sums are cached; a run that ends refreshes them at once."""

type Daily = dict[date, int]


def charts(connections: Sequence[int]) -> list[Chart]:
    """Draw the three charts over these connections."""
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    new, calls, changed = _sums(connections, days[0])
    return [_changes(days, new, changed), _durations(connections), _calls(days, calls)]


def _sums(connections: Sequence[int], first: date) -> tuple[Daily, Daily, dict[str, Daily]]:
    newest = Run.objects.filter(connection_id__in=connections).values_list("id", "state").first()
    key = f"console-trends-{'-'.join(map(str, connections))}-{first}-{newest}".replace(" ", "")
    found: tuple[Daily, Daily, dict[str, Daily]] | None = cache.get(key)
    if found is None:
        found = (*_by_day(connections, first), _changes_by_day(connections, first))
        cache.set(key, found, SECONDS)
    return found


def _by_day(connections: Sequence[int], first: date) -> tuple[Daily, Daily]:
    """Sum new customers and API calls by day."""
    begun = timezone.now() - timedelta(days=DAYS + 1)
    runs = Run.objects.filter(connection_id__in=connections, started_at__gte=begun).order_by()
    days = runs.annotate(day=TruncDate("started_at")).values_list("day")
    new: Daily = {}
    calls: Daily = {}
    for day, created, made in days.annotate(Sum("created"), Sum("api_calls")):
        new[day], calls[day] = int(created), int(made)
    return new, calls


def _changes_by_day(connections: Sequence[int], first: date) -> dict[str, Daily]:
    """Count lines of history by source and day."""
    begun = timezone.now() - timedelta(days=DAYS + 1)
    lines = Change.objects.filter(connection_id__in=connections, at__gte=begun).order_by()
    grouped = lines.annotate(day=TruncDate("at")).values_list("day", "source").annotate(Count("id"))
    found: dict[str, Daily] = defaultdict(dict)
    for day, source, count in grouped:
        found[source][day] = count
    return dict(found)


def _changes(days: Sequence[date], new: Daily, changed: dict[str, Daily]) -> Chart:
    names = ["New customers", *(f"Fields: {source.label.lower()}" for source in Source)]
    columns = []
    for day in days:
        values = (new.get(day, 0), *(changed.get(source.value, {}).get(day, 0) for source in Source))
        counts = ", ".join(
            f"{count:,} {name[0].lower()}{name[1:]}" for count, name in zip(values, names, strict=True) if count
        )
        columns.append(Column(_day(day), values, f"{day:%a %d %b}: {counts or 'nothing'}"))
    total = sum(sum(column.values) for column in columns)
    return stacked(
        "Changes per day",
        columns,
        names,
        summary=f"{total:,.0f} in {DAYS} days",
        empty=f"Nothing changed in {DAYS} days.",
    )


def _calls(days: Sequence[date], calls: Daily) -> Chart:
    columns = [
        Column(_day(day), (calls.get(day, 0),), f"{day:%a %d %b}: {calls.get(day, 0):,} API calls") for day in days
    ]
    return stacked(
        "API calls per day",
        columns,
        ["API calls"],
        summary=f"{sum(calls.get(day, 0) for day in days):,} in {DAYS} days",
        empty=f"No API calls in {DAYS} days.",
    )


def _durations(connections: Sequence[int]) -> Chart:
    """Chart the latest full and changes-only syncs, oldest first; each bar links to its run."""
    kinds = (RunKind.FULL, RunKind.INCREMENTAL)
    ended = Run.objects.filter(connection_id__in=connections, kind__in=kinds, state=RunState.COMPLETED)
    runs = list(reversed(ended.select_related("connection__owner").order_by("-id")[:RUNS]))
    columns = [
        Column(
            str(run.pk),
            tuple(run.seconds if run.kind == kind else 0.0 for kind in kinds),
            f"Run {run.pk}, {run.connection.called}: {duration_text(run.seconds)} for {run.fetched:,} records",
            reverse("admin:counterfoil_mirror_run_change", args=(run.pk,)),
        )
        for run in runs
    ]
    longest = max((run.seconds for run in runs), default=0.0)
    return stacked(
        "Duration of syncs",
        columns,
        [wording.sentence(wording.run_kind(kind)) for kind in kinds],
        unit=" s",
        summary=f"{len(runs)} run{'s' if len(runs) > 1 else ''}, longest {duration_text(longest)}" if runs else "",
        empty="No completed sync yet.",
    )


def _day(day: date) -> str:
    return f"{day.day}"
