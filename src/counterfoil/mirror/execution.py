"""Carries a run out and leaves it in the state that says what happened. Every way of starting a run ends here."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog
from django.db import Error as DatabaseFault
from django.db import connection
from django.utils import timezone

from counterfoil.errors import (
    AllowanceSpent,
    CounterfoilError,
    DiskFull,
    LeaseLost,
    ListingUnsteady,
    RetryLater,
    WrongSetting,
)
from counterfoil.mirror import (
    approval,
    askers,
    by_customer,
    confirm,
    evidence,
    finish,
    retrying,
    sweep,
    syncing,
    with_customers,
)
from counterfoil.mirror.carriers import carrier
from counterfoil.mirror.database import translated
from counterfoil.mirror.details_reading import read_details
from counterfoil.mirror.listing import ListingPass
from counterfoil.mirror.models import Run, RunKind, RunState, Source
from counterfoil.mirror.record import Prepared
from counterfoil.mirror.remap import map_again
from counterfoil.mirror.selection_reading import read_selected
from counterfoil.mirror.single import read_one
from counterfoil.mirror.work import Watcher, Work, opened

log = structlog.get_logger()


_SOURCES = {RunKind.REMAP: Source.MAPPING, RunKind.IMPORT: Source.IMPORT, RunKind.PUSH: Source.PUSH}


@dataclass(slots=True)
class Execution:
    """What a run leaves behind besides its row: the samples of a dry run, and the error that ended it."""

    run: Run
    samples: list[Prepared]
    error: CounterfoilError | None = None


def execute(
    run: Run,
    *,
    person: bool = False,
    watcher: Watcher = lambda _: None,
    carry_out: Callable[[Work], None] | None = None,
) -> Execution:
    """Carry the run out in this process. Errors of the tree end up in the result, others are raised. `carry_out`
    does what a run of the engine's own kinds does by itself.

    Raises Busy when another process works on the connection, LeaseLost when one took over.
    """
    if askers.lost(run):
        return Execution(run, [], askers.stop(run))
    usual = Source.APPROVAL if run.approved_at else Source.RUN
    source = _SOURCES.get(RunKind(run.kind), usual)
    with opened(run, person=person, source=source, watcher=watcher) as work:
        log.info("run started", run=run.pk, kind=run.kind, connection=run.connection_id)
        try:
            (carry_out or _carry_out)(work)
        except (KeyboardInterrupt, SystemExit):
            _end(work, RunState.PARKED, note="interrupted; asked for again, it goes on where it was")
            raise
        except DatabaseFault as error:
            connection.close_if_unusable_or_obsolete()
            problem = translated(error)
            if problem is None:
                _fail(work, error)
                raise
            with suppress(DatabaseFault):  # else the run is found without its process, and resumed
                return _ended(work, problem)
            return Execution(run, work.samples, problem)
        except LeaseLost:
            raise
        except CounterfoilError as error:
            return _ended(work, error)
        except Exception as error:
            _fail(work, error)
            raise
        log.info("run ended", run=run.pk)
        return Execution(run, work.samples)


def _carry_out(work: Work) -> None:
    kind, options = RunKind(work.run.kind), work.options
    if kind == RunKind.REMAP:
        map_again(work)
        finish.complete(work, proven=False)
    elif kind == RunKind.SINGLE:
        if options.client_id is None:
            raise WrongSetting("A run for one record needs its id.", "Give --client-id.")
        read_one(work, options.client_id)
        finish.complete(work, proven=False)
    elif kind == RunKind.SELECTION:
        read_selected(work)
        finish.complete(work, proven=False)
    elif kind == RunKind.DETAILS:
        read_details(work)
        finish.complete(work, proven=False)
    elif (carry_out := carrier(kind)) is not None:
        carry_out(work)
    elif kind == RunKind.IMPORT:
        raise WrongSetting("An import goes on where its file is.", "Import the file again.")
    elif work.run.approved_at is not None:
        approval.carry_out(work)
        finish.complete(work, proven=True)
    else:
        _pass(work)


def _pass(work: Work) -> None:
    """List, let the guards judge, release, sweep, confirm, note."""
    if work.fresh:
        syncing.settle_kind(work.run)
    if not work.options.dry_run:
        retrying.retry_asides(work)
    if by_customer.applies(work.run):
        by_customer.read_changed(work)
        finish.complete(work, proven=False)
        return
    listing = ListingPass(work)
    listing.run_until_complete()
    if work.options.partial:
        _end_partial(work, listing)
        return
    reach = work.collection.reach(work.asked)
    sweep.propose(work, reach)
    tripped = sweep.judge(work, listing.gate)
    if tripped:
        _end(work, RunState.NEEDS_APPROVAL, note=" ".join(guard.sentence() for guard in tripped))
        return
    sweep.release(work)
    sweep.look_again(work)
    if work.run.kind == RunKind.FULL:
        sweep.mark_missing(work)
        confirm.confirm_missing(work, evidence.first_ticket(work.run))
    elif work.run.kind == RunKind.INCREMENTAL:
        with_customers.follow_up(work)
    finish.complete(work, proven=True)


def _end_partial(work: Work, listing: ListingPass) -> None:
    """A limited or dry run proves nothing: no sweep, no watermark."""
    if work.options.dry_run:
        would_miss = 0
        if work.run.kind == RunKind.FULL and not listing.limited:
            would_miss = evidence.count_absent(work.run, work.collection.reach(work.asked))
        work.run.pages.all().delete()
        _end(work, RunState.COMPLETED, missing=would_miss, finished_at=timezone.now())
    else:
        sweep.release(work)
        finish.complete(work, proven=False)


def _ended(work: Work, error: CounterfoilError) -> Execution:
    """The run stopped for a reason that is known: say it, and whether it can go on later."""
    can_resume = isinstance(error, RetryLater | DiskFull) and not isinstance(error, ListingUnsteady)
    can_resume = can_resume and not work.options.partial
    if isinstance(error, AllowanceSpent) and can_resume:
        _end(work, RunState.PARKED, parked_until=error.until, note=error.message)
    else:
        _end(work, RunState.FAILED, error=str(error), resumable=can_resume, finished_at=timezone.now())
    log.warning("run stopped", run=work.run.pk, error=error.message)
    return Execution(work.run, work.samples, error)


def _fail(work: Work, error: BaseException) -> None:
    """Nobody foresaw this: the run says failed, and can be resumed once the cause is mended."""
    log.error("run failed", run=work.run.pk, exc_info=error)
    try:
        _end(
            work,
            RunState.FAILED,
            error=f"Unexpected error ({type(error).__name__}). The log has the details.",
            resumable=not work.options.partial,
            finished_at=timezone.now(),
        )
    except (DatabaseFault, LeaseLost):
        log.exception("the run's state could not be written", run=work.run.pk)


def _end(work: Work, state: RunState, **values: object) -> None:
    values.setdefault("resumable", state == RunState.PARKED and not work.options.partial)
    work.lease.end(state, **values, **work.uncounted_calls())
