"""Law 9 on Zoho Books: a read of details that fails costs one record."""

from collections.abc import Iterator

import pytest

from counterfoil.connectors.page import Resource
from counterfoil.mirror.models import QuarantinedRecord, Run, RunKind, RunState
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import plan
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books() -> Iterator[Books]:
    with ZohoBooksSimulator(contacts=12, seed=7, rate=None) as simulator:
        yield Books.connect(simulator)


def details(books: Books) -> Run:
    part = plan.PlannedRun(Resource.CUSTOMER, RunKind.DETAILS)
    run = execute_run(plan.start_run(books.connection, part, RunOptions())).run
    run.refresh_from_db()
    return run


@pytest.mark.parametrize(("status", "code"), [(400, 4), (403, 1), (404, 5), (200, 2), (422, 9), (500, 1000)])
def test_law_9_a_read_of_details_that_fails_costs_one_record(books: Books, status: int, code: int) -> None:
    books.sync()
    books.connection.settings["detail_calls"] = 1000
    books.connection.save()
    bad = books.sim.control.contact_ids()[3]
    books.sim.control.fault("error", path=f"/contacts/{bad}", status=status, code=code)
    run = details(books)
    assert (run.state, run.failed) == (RunState.COMPLETED, 1)
    assert run.fetched == len(books.sim.control.contact_ids())
    (problem,) = QuarantinedRecord.objects.filter(resolved_at=None)
    assert problem.external_id == bad
    details(books)
    books.sim.control.reset_stats()
    details(books)
    assert books.sim.control.stats()["requests"] == 0, "not again before some time has passed"


@pytest.mark.parametrize(("status", "code"), [(401, 57), (400, 6041)])
def test_law_9_rejected_credentials_are_never_one_records(books: Books, status: int, code: int) -> None:
    books.sync()
    books.connection.settings["detail_calls"] = 1000
    books.connection.save()
    books.sim.control.fault(
        "error", path=f"/contacts/{books.sim.control.contact_ids()[3]}", status=status, code=code
    )
    assert details(books).state == RunState.FAILED
    assert not QuarantinedRecord.objects.exists()
