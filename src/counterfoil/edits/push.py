"""Records pushed: one, or all that wait, each by itself (DESIGN laws 4, 5 and 9)."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import DatabaseError
from django.db import connection as database

from counterfoil import messages
from counterfoil.edits import outbox, push_create, push_update
from counterfoil.edits.outbox import PushResult
from counterfoil.edits.upstream_session import UpstreamSession
from counterfoil.errors import CounterfoilError, Fatal, NeedsPerson, QuotaExhausted, Unavailable
from counterfoil.ingest.batch import Counts
from counterfoil.mirror import edit_status
from counterfoil.mirror.models import Customer, WriteState
from counterfoil.runs.context import Progress, RunContext
from counterfoil.sync import finish

log = structlog.get_logger()

MOST_AT_ONCE = 4
"""Records under way at a time: each waits for three answers, one after the other."""

MOST_FAILURES = 5
"""So many records in a row that could not be pushed: the upstream is away."""


def push_record(session: UpstreamSession, record_id: int) -> PushResult:
    """Push one record. Raises what keeps the upstream from being reached."""
    row = Customer.objects.select_related("connection").get(pk=record_id)
    left = outbox.unfinished_write(row)
    if left is not None and not outbox.claim_write(left):
        return PushResult.BUSY
    if row.state in edit_status.GONE:
        if left is not None:  # whatever it did, it is gone with its record
            outbox.end_write(left, WriteState.FAILED, messages.edits.DELETED_THERE(system=session.system))
        return PushResult.NOTHING
    if row.external_id is None:
        return push_create.push_new(session, row, left)
    return push_update.push_changes(session, row, left)


def run_push(context: RunContext) -> None:
    """A push run: the records that it was asked for, else all that wait.

    One that fails does not stop the rest. Where the upstream cannot be reached at all, or may not be asked any
    more today, the run ends and can go on.
    """
    session = UpstreamSession(context)
    chosen = context.run.options.get("records")
    waiting = list(chosen) if chosen is not None else edit_status.records_to_push(context.connection)
    context.lease.renew(expected=len(waiting))
    outcomes = Counter[PushResult]()
    stopped: CounterfoilError | None = None
    for done, (result, error) in enumerate(_all(session, waiting), start=1):
        stopped = stopped or error
        if result is not None:
            outcomes[result] += 1
        context.record_counts(Counts(fetched=1))
        context.watcher(
            Progress(
                "pushing", done, len(waiting), calls=context.budget.calls, calls_left=context.budget.calls_left
            )
        )
    if stopped is not None:
        raise stopped
    context.lease.renew(note=describe_outcomes(outcomes, len(waiting) - outcomes.total()))
    finish.complete(context, proven=False)


def describe_outcomes(outcomes: Counter[PushResult], failed: int) -> str:
    """Return what the counts of the run do not say, as the run's note."""
    notes = messages.edits
    counts = (
        (notes.WAITING_FOR_DECISION, outcomes[PushResult.CONFLICT]),
        (notes.PUSHED_ELSEWHERE, outcomes[PushResult.BUSY]),
        (notes.OUTCOME_UNKNOWN, outcomes[PushResult.LATER]),
        (notes.NOT_PUSHED, failed),
    )
    return messages.join(*(note(count=count) for note, count in counts if count))


type RecordOutcome = tuple[PushResult | None, CounterfoilError | None]


def _all(session: UpstreamSession, records: Sequence[int]) -> Iterator[RecordOutcome]:
    """Several at once, as far as the upstream allows. After an error that concerns all of them no other begins."""
    at_once = min(MOST_AT_ONCE, session.collection.capabilities.parallel)
    failed: list[CounterfoilError] = []
    ends: list[CounterfoilError] = []

    def one(record: int) -> RecordOutcome:
        if ends:
            return None, None
        try:
            result = push_record(session, record)
        except DatabaseError:
            raise
        except Exception as unforeseen:
            error = _known(unforeseen, record)
            failed.append(error)
            if _concerns_all(error) or len(failed) >= min(MOST_FAILURES, len(records)):
                ends.append(error)
                return None, error
            return None, None
        failed.clear()
        return result, None

    if at_once < 2 or len(records) < 2:
        yield from map(one, records)
        return
    with ThreadPoolExecutor(at_once, thread_name_prefix="push") as pool:
        yield from pool.map(_closing(one), records)


def _known(error: Exception, record: int) -> CounterfoilError:
    if isinstance(error, CounterfoilError):
        log.warning("record not pushed", record=record, error=error.message)
        return error
    log.error("record not pushed", record=record, exc_info=error)
    return Unavailable(messages.runs.UNEXPECTED(kind=type(error).__name__), messages.runs.SEE_LOG())


def _concerns_all(error: CounterfoilError) -> bool:
    return isinstance(error, QuotaExhausted | NeedsPerson | Fatal)


def _closing(context: Callable[[int], RecordOutcome]) -> Callable[[int], RecordOutcome]:
    """Each thread's own database connection is closed after it."""

    def closing(record: int) -> RecordOutcome:
        try:
            return context(record)
        finally:
            database.close()

    return closing
