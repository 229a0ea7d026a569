"""Records pushed: one, or all that wait, each by itself (DESIGN laws 4, 5 and 9)."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import DatabaseError
from django.db import connection as database

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
            outbox.end_write(left, WriteState.FAILED, "The record was deleted upstream.")
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
    context.lease.renew(note=outcome_text(outcomes, len(waiting) - outcomes.total()))
    finish.complete(context, proven=False)


def outcome_text(outcomes: Counter[PushResult], failed: int) -> str:
    """What somebody should know besides the counts."""
    said = []
    if outcomes[PushResult.CONFLICT]:
        waits = "waits" if outcomes[PushResult.CONFLICT] == 1 else "wait"
        said.append(f"{outcomes[PushResult.CONFLICT]:,} {waits} for a decision")
    if outcomes[PushResult.BUSY]:
        said.append(f"{outcomes[PushResult.BUSY]:,} left to another process, which is at it")
    if outcomes[PushResult.LATER]:
        said.append(
            f"of {outcomes[PushResult.LATER]:,} the outcome is not known yet: looked up with the next push"
        )
    if failed:
        said.append(f"{failed:,} could not be reached: pushed again with the next push")
    return "; ".join(said)


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
    return Unavailable(f"Unexpected error ({type(error).__name__}).", "The log has the details.")


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
