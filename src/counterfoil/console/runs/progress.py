"""How far a run is, read from the database, since any process on any machine may carry it out."""

import math
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone

from counterfoil.connections import factory
from counterfoil.console.widgets.formats import duration_text
from counterfoil.mirror import sharing
from counterfoil.mirror.models import Proposal, Run, RunKind, RunPage, RunState
from counterfoil.runs.lifecycle import RunOptions

WINDOW = timedelta(seconds=20)
"""The rate is measured over the latest pages, so it is right for a resumed run too."""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """The progress of a run; None for what is unknown. `share` is in percent, `rate` in records per second."""

    rows: int
    expected: int | None
    share: int | None
    pages_read: int
    pages: int | None
    rate: float | None
    left: str
    calls: int
    calls_left: int | None


def run_progress(run: Run) -> RunProgress:
    if run.approved_at is not None:
        return _approved(run)
    one_by_one = run.kind in (RunKind.SELECTION, RunKind.DETAILS, RunKind.PUSH)
    return _one_by_one(run) if one_by_one else _listing(run)


def _one_by_one(run: Run) -> RunProgress:
    """Measure a run that reads record by record. A resumed one gets no rate: the time it waited would count."""
    age = (timezone.now() - run.started_at).total_seconds() if run.started_at else 0
    rate = run.fetched / age if run.state == RunState.RUNNING and not run.seconds and age > 0 else None
    return _progress(run, run.fetched, run.expected, 0, None, rate)


def _approved(run: Run) -> RunProgress:
    """Measure a run that processes an approved list record by record."""
    listed = Proposal.objects.filter(run=run)
    total, done = listed.count(), listed.exclude(outcome="").count()
    age = (timezone.now() - run.approved_at).total_seconds() if run.approved_at else 0
    rate = done / age if done and age > 0 else None
    return _progress(run, done, total, 0, None, rate)


def _listing(run: Run) -> RunProgress:
    options = RunOptions.from_run(run)
    expected = run.expected if options.limit is None else min(options.limit, run.expected or options.limit)
    size = _page_size(run, options)
    had = RunPage.objects.filter(run=run, attempt=run.attempt).count()
    rows = run.fetched if expected is None else min(run.fetched, expected)
    pages = None if expected is None or not had else max(had, math.ceil(expected / size))
    return _progress(run, rows, expected, had, pages, _rate(run, size))


def _progress(
    run: Run, rows: int, expected: int | None, pages_read: int, pages: int | None, rate: float | None
) -> RunProgress:
    left = (
        duration_text(math.ceil((expected - rows) / rate))
        if rate and expected is not None and rows < expected
        else ""
    )
    return RunProgress(
        rows=rows,
        expected=expected,
        share=None if not expected else round(100 * rows / expected),
        pages_read=pages_read,
        pages=pages,
        rate=rate,
        left=left,
        calls=run.api_calls,
        calls_left=sharing.load_allowance(run.connection_id).daily_remaining,
    )


def _page_size(run: Run, options: RunOptions) -> int:
    most = factory.capabilities_of(run.connection).page_size
    return min(options.page_size or most, most)


def _rate(run: Run, size: int) -> float | None:
    """Return records per second; None where it cannot be told."""
    if run.started_at is None or run.state != RunState.RUNNING:
        return None
    now = timezone.now()
    age = (now - run.started_at).total_seconds()
    if age <= 0:
        return None
    recent = RunPage.objects.filter(run=run, attempt=run.attempt, at__gt=now - WINDOW)
    pages = recent.aggregate(found=Count("id"))["found"]
    if not pages:
        return run.fetched / age if run.fetched and age < WINDOW.total_seconds() * 6 else None
    return float(min(pages * size, run.fetched) / min(age, WINDOW.total_seconds()))
