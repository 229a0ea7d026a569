"""Which runs wait for a worker, and carrying them out one after the other."""

import threading

import structlog
from django.db.models import Case, Q, When
from django.utils import timezone

from counterfoil.errors import Busy, CounterfoilError
from counterfoil.mirror.models import BESIDE, Run, RunKind, RunState
from counterfoil.runs import lease, lifecycle
from counterfoil.runs.context import Progress
from counterfoil.worker.handlers import execute_run

log = structlog.get_logger()

FEW = 10
"""Records that somebody pushes with a click and waits for."""


def due() -> Q:
    """Queued runs, and parked ones whose time has come; a run whose process died is parked first. Imports go on
    where their file is, not here."""
    waiting = Q(state=RunState.QUEUED) | Q(state=RunState.PARKED, resumable=True, parked_until__lte=timezone.now())
    return waiting & ~Q(kind=RunKind.IMPORT)


def work_off(stop: threading.Event | None = None) -> int:
    """Carry out due runs until none is left or `stop` is set. Returns how many were taken up."""
    lease.release_all_dead()
    taken = 0
    tried: set[int] = set()
    while stop is None or not stop.is_set():
        run = _next(tried)
        if run is None:
            return taken
        tried.add(run.pk)
        taken += _carry_out(run, stop)
    return taken


def _next(tried: set[int]) -> Run | None:
    """The oldest that may begin now. One run at a time of a connection, and one beside it that fetches details."""
    running = Run.objects.filter(state=RunState.RUNNING).values("connection")
    busy, filling = running.exclude(kind__in=BESIDE), running.filter(kind=RunKind.DETAILS)
    free = Q(kind__in=(RunKind.SINGLE, RunKind.PUSH)) | (Q(kind=RunKind.DETAILS) & ~Q(connection__in=filling))
    free |= ~Q(kind__in=BESIDE) & ~Q(connection__in=busy)
    waiting = Run.objects.filter(due()).filter(free).exclude(pk__in=tried)
    last = Case(When(kind=RunKind.DETAILS, then=1), default=0)
    return waiting.order_by(last, "id").select_related("connection").first()


def _waited_for(run: Run) -> bool:
    """Whether a person looks at it: it is about one record, or a few."""
    few = run.kind == RunKind.PUSH and len(run.options.get("records", ())) in range(1, FEW + 1)
    return run.requested_by_id is not None and (run.kind == RunKind.SINGLE or few)


def _carry_out(run: Run, stop: threading.Event | None) -> int:
    def watch(_: Progress) -> None:
        if stop is not None and stop.is_set():
            raise SystemExit  # the run is parked where it is

    run = lifecycle.renew_if_too_old(run)
    try:
        execute_run(run, person=_waited_for(run), watcher=watch)
    except Busy:
        return 0
    except SystemExit:
        Run.objects.filter(pk=run.pk, state=RunState.PARKED).update(parked_until=timezone.now())
    except CounterfoilError as error:
        log.warning("run given up here", run=run.pk, error=error.message)
    except Exception:
        log.exception("run failed", run=run.pk)
    return 1
