"""The queue of runs: which are due, which goes next, and executing them one after the other."""

import threading

import structlog
from django.db.models import Case, Q, When
from django.utils import timezone

from counterfoil.errors import Busy, CounterfoilError
from counterfoil.mirror import hold
from counterfoil.mirror.models import BESIDE, Run, RunKind, RunState, of_active_connection
from counterfoil.runs import lease, lifecycle
from counterfoil.runs.context import Progress
from counterfoil.worker.handlers import execute_run

log = structlog.get_logger()

SMALL_PUSH = 10
"""Records: a user who pushes no more than this with a click is taken to wait for the result."""


def due() -> Q:
    """Build the filter for runs to execute now: queued ones, and parked ones whose time has come.

    A run whose process died is parked first. Imports are left out: they resume where their file is, not here; so
    are runs that another process has created for itself and is about to start, and those of paused connections.
    """
    waiting = Q(state=RunState.QUEUED) | Q(state=RunState.PARKED, resumable=True, parked_until__lte=timezone.now())
    return waiting & of_active_connection() & ~Q(kind=RunKind.IMPORT) & lease.LEASES.free()


def execute_due_runs(stop: threading.Event | None = None) -> int:
    """Execute due runs, each at most once, until none is left or `stop` is set. Returns how many were started."""
    if hold.is_held():
        return 0
    lease.release_all_dead()
    started = 0
    tried: set[int] = set()
    while stop is None or not stop.is_set():
        run = _next(tried)
        if run is None:
            return started
        tried.add(run.pk)
        started += _execute(run, stop)
    return started


def _next(tried: set[int]) -> Run | None:
    """Find the oldest due run that may start now; runs that fetch details come last.

    A connection has one run at a time, and beside it one that fetches details. Reads of one record and pushes
    start at any time.
    """
    running = Run.objects.filter(state=RunState.RUNNING).values("connection")
    busy, fetching_details = running.exclude(kind__in=BESIDE), running.filter(kind=RunKind.DETAILS)
    free = Q(kind__in=(RunKind.SINGLE, RunKind.PUSH))
    free |= Q(kind=RunKind.DETAILS) & ~Q(connection__in=fetching_details)
    free |= ~Q(kind__in=BESIDE) & ~Q(connection__in=busy)
    waiting = Run.objects.filter(due()).filter(free).exclude(pk__in=tried)
    details_last = Case(When(kind=RunKind.DETAILS, then=1), default=0)
    return waiting.order_by(details_last, "id").select_related("connection").first()


def _has_waiting_user(run: Run) -> bool:
    """Tell whether a user is taken to wait for the result: the run is about one record, or a few."""
    small = run.kind == RunKind.PUSH and len(run.options.get("records", ())) in range(1, SMALL_PUSH + 1)
    return run.requested_by_id is not None and (run.kind == RunKind.SINGLE or small)


def _execute(run: Run, stop: threading.Event | None) -> int:
    def watch(_: Progress) -> None:
        if stop is not None and stop.is_set():
            raise SystemExit  # parks the run where it is

    run = lifecycle.restart_if_too_old(run)
    try:
        execute_run(run, person=_has_waiting_user(run), watcher=watch)
    except Busy:
        return 0
    except SystemExit:
        Run.objects.filter(pk=run.pk, state=RunState.PARKED).update(parked_until=timezone.now())
    except CounterfoilError as error:
        log.warning("run abandoned", run=run.pk, error=error.message)
    except Exception:
        log.exception("run failed", run=run.pk)
    return 1
