"""Carries a run out and leaves it in the state that says what happened. Every way of starting a run ends here."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog
from django.db import Error as DatabaseFault
from django.db import connection
from django.utils import timezone

from counterfoil.errors import CounterfoilError, DiskFull, IncompleteListing, LeaseLost, QuotaExhausted, RetryLater
from counterfoil.mirror.database import translate_error
from counterfoil.mirror.models import Run, RunKind, RunState, Source
from counterfoil.mirror.row import Prepared
from counterfoil.runs import requester
from counterfoil.runs.context import RunContext, Watcher, open_run

log = structlog.get_logger()


_SOURCES = {RunKind.REMAP: Source.MAPPING, RunKind.IMPORT: Source.IMPORT, RunKind.PUSH: Source.PUSH}


@dataclass(slots=True)
class Execution:
    """What a run leaves behind besides its row: the samples of a dry run, and the error that ended it."""

    run: Run
    samples: list[Prepared]
    error: CounterfoilError | None = None


type Handler = Callable[[RunContext], object]
"""What a run of some kind does. It ends the run, in the state that says what happened."""


def execute(
    run: Run,
    handler: Handler,
    *,
    person: bool = False,
    watcher: Watcher = lambda _: None,
) -> Execution:
    """Carry the run out here and now by its handler. Errors of the tree end up in the result, others are raised.

    Raises Busy when another process works on the connection, LeaseLost when one took over.
    """
    if requester.has_lost_access(run):
        return Execution(run, [], requester.stop_run(run))
    usual = Source.APPROVAL if run.approved_at else Source.RUN
    source = _SOURCES.get(RunKind(run.kind), usual)
    with open_run(run, person=person, source=source, watcher=watcher) as context:
        log.info("run started", run=run.pk, kind=run.kind, connection=run.connection_id)
        try:
            handler(context)
        except (KeyboardInterrupt, SystemExit):
            end(context, RunState.PARKED, note="interrupted; asked for again, it goes on where it was")
            raise
        except DatabaseFault as error:
            connection.close_if_unusable_or_obsolete()
            problem = translate_error(error)
            if problem is None:
                _fail(context, error)
                raise
            with suppress(DatabaseFault):  # else the run is found without its process, and resumed
                return _ended(context, problem)
            return Execution(run, context.samples, problem)
        except LeaseLost:
            raise
        except CounterfoilError as error:
            return _ended(context, error)
        except Exception as error:
            _fail(context, error)
            raise
        log.info("run ended", run=run.pk)
        return Execution(run, context.samples)


def _ended(context: RunContext, error: CounterfoilError) -> Execution:
    """The run stopped for a reason that is known: say it, and whether it can go on later."""
    can_resume = isinstance(error, RetryLater | DiskFull) and not isinstance(error, IncompleteListing)
    can_resume = can_resume and not context.options.partial
    if isinstance(error, QuotaExhausted) and can_resume:
        end(context, RunState.PARKED, parked_until=error.until, note=error.message)
    else:
        end(context, RunState.FAILED, error=str(error), resumable=can_resume, finished_at=timezone.now())
    log.warning("run stopped", run=context.run.pk, error=error.message)
    return Execution(context.run, context.samples, error)


def _fail(context: RunContext, error: BaseException) -> None:
    """Nobody foresaw this: the run says failed, and can be resumed once the cause is mended."""
    log.error("run failed", run=context.run.pk, exc_info=error)
    try:
        end(
            context,
            RunState.FAILED,
            error=f"Unexpected error ({type(error).__name__}). The log has the details.",
            resumable=not context.options.partial,
            finished_at=timezone.now(),
        )
    except (DatabaseFault, LeaseLost):
        log.exception("the run's state could not be written", run=context.run.pk)


def end(context: RunContext, state: RunState, **values: object) -> None:
    """Leave the run in `state` and give its lease back. Raises LeaseLost."""
    values.setdefault("resumable", state == RunState.PARKED and not context.options.partial)
    context.lease.end(state, **values, **context.uncounted_calls())
