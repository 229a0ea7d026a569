"""Execute a run and leave it in the state that says what happened. Every way of starting a run comes here."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog
from django.db import Error as DjangoDatabaseError
from django.db import connection
from django.utils import timezone

from counterfoil import messages
from counterfoil.connections import standing
from counterfoil.errors import (
    CounterfoilError,
    DiskFull,
    IncompleteListing,
    LeaseLost,
    QuotaExhausted,
    RetryLater,
    Unconfirmed,
    describe,
)
from counterfoil.mirror import hold, vocabulary
from counterfoil.mirror.database import translate_error
from counterfoil.mirror.models import Run, RunKind, RunState, Source
from counterfoil.mirror.row import Prepared
from counterfoil.runs import requester
from counterfoil.runs.context import RunContext, Watcher, open_run

log = structlog.get_logger()


_LOCAL = (RunKind.REMAP, RunKind.IMPORT)
"""Kinds that reach no other system."""
_SOURCES = {RunKind.REMAP: Source.MAPPING, RunKind.IMPORT: Source.IMPORT, RunKind.PUSH: Source.PUSH}


@dataclass(slots=True)
class Execution:
    """The outcome of a run besides its row: the samples of a dry run, and the error that ended it."""

    run: Run
    samples: list[Prepared]
    error: CounterfoilError | None = None


type Handler = Callable[[RunContext], object]
"""Does the work of one kind of run and ends the run, in the state that says what happened."""


def execute(
    run: Run,
    handler: Handler,
    *,
    person: bool = False,
    watcher: Watcher = lambda _: None,
) -> Execution:
    """Execute the run in this process. A CounterfoilError that stops it is returned; any other error is raised.

    Raises Busy where another process works on the connection, LeaseLost where one has taken the run over,
    NotPossibleNow where a user has paused or removed the connection, or the install is held.
    """
    standing.require_active(run.connection)
    if RunKind(run.kind) not in _LOCAL:
        hold.require_live()
    if requester.has_lost_access(run):
        return Execution(run, [], requester.stop_run(run))
    default_source = Source.APPROVAL if run.approved_at else Source.RUN
    source = _SOURCES.get(RunKind(run.kind), default_source)
    with open_run(run, person=person, source=source, watcher=watcher) as context:
        log.info("run started", run=run.pk, kind=run.kind, connection=run.connection_id)
        try:
            handler(context)
        except (KeyboardInterrupt, SystemExit):
            end_run(context, RunState.PARKED, note=messages.runs.INTERRUPTED())
            raise
        except DjangoDatabaseError as error:
            connection.close_if_unusable_or_obsolete()
            problem = translate_error(error)
            if problem is None:
                _fail(context, error)
                raise
            with suppress(DjangoDatabaseError):  # else the run is found without a live process, and resumed
                return _stop(context, problem)
            return Execution(run, context.samples, problem)
        except LeaseLost:
            raise
        except CounterfoilError as error:
            return _stop(context, error)
        except Exception as error:
            _fail(context, error)
            raise
        log.info("run ended", run=run.pk)
        samples = context.samples
    _index_words(run)
    return Execution(run, samples)


WORDS_SECONDS = 10.0
"""How long a run works for typing mistakes once it has ended; the worker, or the next run, does the rest."""


def _index_words(run: Run) -> None:
    try:
        vocabulary.index_new(seconds=WORDS_SECONDS)
    except DjangoDatabaseError:
        log.warning("words not indexed, left to the worker", run=run.pk)


_STARTED_OVER = (IncompleteListing, Unconfirmed)
"""After these errors the next run lists anew, because nothing is left that resuming could finish."""


def _stop(context: RunContext, error: CounterfoilError) -> Execution:
    """End a run that an expected error stopped, and say whether it can be resumed."""
    can_resume = isinstance(error, RetryLater | DiskFull) and not isinstance(error, _STARTED_OVER)
    can_resume = can_resume and not context.options.partial
    if isinstance(error, QuotaExhausted) and can_resume:
        end_run(context, RunState.PARKED, parked_until=error.until, note=error.message)
    else:
        end_run(context, RunState.FAILED, error=describe(error), resumable=can_resume, finished_at=timezone.now())
    log.warning("run stopped", run=context.run.pk, error=error.message)
    return Execution(context.run, context.samples, error)


def _fail(context: RunContext, error: BaseException) -> None:
    """End a run that an unexpected error stopped; it can be resumed once the cause is fixed."""
    log.error("run failed", run=context.run.pk, exc_info=error)
    try:
        end_run(
            context,
            RunState.FAILED,
            error=describe(error),
            resumable=not context.options.partial,
            finished_at=timezone.now(),
        )
    except (DjangoDatabaseError, LeaseLost):
        log.exception("run state not saved", run=context.run.pk)


def end_run(context: RunContext, state: RunState, **values: object) -> None:
    """Leave the run in `state`, with these column values, and release its lease. Raises LeaseLost."""
    values.setdefault("resumable", state == RunState.PARKED and not context.options.partial)
    context.lease.end(state, **values, **context.uncounted_calls())
