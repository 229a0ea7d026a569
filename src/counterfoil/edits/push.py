"""Push records, each by itself: one, or all that wait (DESIGN laws 4, 5 and 9)."""

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import structlog
from django.db import DatabaseError
from django.db import connection as database
from django.utils import timezone

from counterfoil import messages
from counterfoil.connections import factory
from counterfoil.connectors.page import Resource
from counterfoil.edits import outbox, push_create, push_delete, push_person, push_update
from counterfoil.edits.outbox import PushResult
from counterfoil.edits.push_failures import PushFailures
from counterfoil.edits.upstream_session import DeletionWaits, UpstreamSession
from counterfoil.errors import CounterfoilError, Unavailable, WriteForbidden
from counterfoil.ingest.batch import Counts
from counterfoil.mirror import edit_status, sent_values
from counterfoil.mirror.models import Customer, PendingDeletion, RunState, Write, WriteState
from counterfoil.runs.context import Progress, RunContext
from counterfoil.runs.execute import end_run
from counterfoil.sync import finish

log = structlog.get_logger()

MAX_PARALLEL = 4
"""Records pushed at a time; each waits for three answers, one after the other."""


type RecordOutcome = tuple[PushResult | None, CounterfoilError | None]


def push_record(session: UpstreamSession, record_id: int) -> PushResult:
    """Push one record. Raises errors that keep the upstream from being reached."""
    try:
        return _push(session, record_id)
    except DeletionWaits:
        if (write := Write.objects.for_record(record_id).unfinished().first()) is not None:
            outbox.end_write(write, WriteState.UNKNOWN, messages.edits.ABSENCE_WAITS(system=session.system))
        return PushResult.NOT_FOUND


def _push(session: UpstreamSession, record_id: int) -> PushResult:
    row = Customer.objects.select_related("connection").get(pk=record_id)
    unfinished = outbox.unfinished_write(row)
    if unfinished is not None and outbox.may_still_land(unfinished, timezone.now()):
        return PushResult.LATER
    if unfinished is not None and not outbox.claim_write(unfinished):
        return PushResult.BUSY
    if row.state in edit_status.GONE_STATES:
        if unfinished is not None:  # its outcome went with the record
            outbox.end_write(unfinished, WriteState.FAILED, messages.edits.DELETED_THERE(system=session.system))
        return PushResult.NOTHING
    if row.external_id is None:
        return push_create.push_new(session, row, unfinished)
    if PendingDeletion.objects.for_record(record_id).exists():
        return push_delete.push_deletion(session, row, unfinished)
    return push_update.push_changes(session, row, unfinished)


def run_push(context: RunContext) -> None:
    """Push the records that a run names, else all that wait.

    A record that fails does not stop the others. Where the upstream cannot be reached at all, or today's calls are
    used, the run ends and can be resumed. Where a write may still be under way, the run is parked until a look at
    its record proves something.
    """
    session = UpstreamSession(context)
    named = context.run.options.get("records")
    records = list(named) if named is not None else edit_status.records_to_push(context.connection)
    persons = _persons_to_push(context, named)
    expected = len(records) + len(persons)
    context.lease.renew(expected=expected)
    failures, of_persons = PushFailures(len(records)), PushFailures(len(persons))
    outcomes = Counter[PushResult]()
    with (
        outbox.keep_claims(context.run.connection_id),
        closing(_push_both(session, records, failures, persons, of_persons)) as pushed,
    ):
        for done, (result, error) in enumerate(pushed, start=1):
            if result is not None:
                outcomes[result] += 1
            context.record_counts(Counts(fetched=1, failed=int(isinstance(error, WriteForbidden))))
            context.watcher(
                Progress(
                    "pushing", done, expected, calls=context.budget.calls, calls_left=context.budget.calls_left
                )
            )
    if (stopped_by := failures.stopped_by or of_persons.stopped_by) is not None:
        raise stopped_by
    counts = describe_outcomes(outcomes, expected - outcomes.total())
    note = messages.join(counts, failures.describe(), describe_values(context.run.pk, session.system))
    until = outbox.next_look_up(context.run.connection_id, [*records, *persons], timezone.now())
    if until is not None:
        end_run(context, RunState.PARKED, parked_until=until, note=note)
        return
    context.lease.renew(note=note)
    finish.complete(context, proven=False)


def _persons_to_push(context: RunContext, customers: Sequence[int] | None) -> list[int]:
    """Return the contact persons to push: all that wait, or those of the customers that the run names."""
    if factory.writer(context.connection, Resource.CONTACT_PERSON) is None:
        return []
    return edit_status.persons_to_push(context.connection, customers)


def _push_both(
    session: UpstreamSession,
    customers: Sequence[int],
    failures: PushFailures,
    persons: Sequence[int],
    of_persons: PushFailures,
) -> Generator[RecordOutcome]:
    """Push customers, then contact persons, unless something that concerns all has stopped the customers.

    Closed early, it waits for the records that are under way.
    """
    yield from _push_all(session, customers, failures, push_record)
    if not persons or failures.stopped_by is not None:
        return
    with session.context.of_resource(Resource.CONTACT_PERSON) as inner:
        yield from _push_all(UpstreamSession(inner), persons, of_persons, push_person.push_person)


def describe_outcomes(outcomes: Counter[PushResult], failed: int) -> str:
    """Return what the counts of the run do not say, as the run's note."""
    notes = messages.edits
    counts = (
        (notes.WAITING_FOR_DECISION, outcomes[PushResult.CONFLICT]),
        (notes.PUSHED_ELSEWHERE, outcomes[PushResult.BUSY]),
        (notes.OUTCOME_UNKNOWN, outcomes[PushResult.LATER]),
        (notes.ABSENCES_WAIT, outcomes[PushResult.NOT_FOUND]),
        (notes.NOT_PUSHED, failed),
    )
    return messages.join(*(note(count=count) for note, count in counts if count))


def describe_values(run_id: int, system: str) -> str:
    """Return how many invalid values a run has sent, and how many were kept otherwise."""
    values = sent_values.of_run(run_id)
    invalid = sum(bool(value.invalid) for value in values)
    kept = sum(value.kept is not None for value in values)
    return messages.join(
        *([messages.edits.SENT_INVALID(count=invalid)] if invalid else []),
        *([messages.edits.KEPT_OTHERWISE(count=kept, system=system)] if kept else []),
    )


def _push_all(
    session: UpstreamSession,
    records: Sequence[int],
    failures: PushFailures,
    push: Callable[[UpstreamSession, int], PushResult],
) -> Iterator[RecordOutcome]:
    """Push records in parallel, as far as the upstream allows. After an error that concerns all, none is begun."""
    parallel = min(MAX_PARALLEL, session.collection.capabilities.parallel)

    def push_one(record: int) -> RecordOutcome:
        if failures.stopped_by is not None:
            return None, None
        try:
            result = push(session, record)
        except DatabaseError:
            raise
        except Exception as raised:
            error = _log_failure(raised, record)
            failures.note_error(record, error)
            return None, error
        failures.note_result(result)
        return result, None

    if parallel < 2 or len(records) < 2:
        yield from map(push_one, records)
        return
    with ThreadPoolExecutor(parallel, thread_name_prefix="push") as pool:
        yield from pool.map(_with_closed_database(push_one), records)


def _log_failure(error: Exception, record: int) -> CounterfoilError:
    if isinstance(error, CounterfoilError):
        log.warning("record not pushed", record=record, error=error.message)
        return error
    log.error("record not pushed", record=record, exc_info=error)
    return Unavailable(messages.runs.UNEXPECTED(kind=type(error).__name__), messages.runs.SEE_LOG())


def _with_closed_database(push_one: Callable[[int], RecordOutcome]) -> Callable[[int], RecordOutcome]:
    """Close the thread's own database connection after each record."""

    def push_and_close(record: int) -> RecordOutcome:
        try:
            return push_one(record)
        finally:
            database.close()

    return push_and_close
