"""Law 9 in a push: what fails for one customer lets the others go out, and the run says which failed."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.edits.push_failures import MAX_FAILURES, stops_push
from counterfoil.errors import CounterfoilError, CredentialsRefused, ReadRefused, Unavailable, WriteForbidden
from counterfoil.ingest.failure_streak import FailureStreak
from counterfoil.mirror import edit_status
from counterfoil_simulators.robaws import RobawsSimulator
from tests.edits.conftest import Edited

FORBIDDEN = WriteForbidden("may not write")
HIDDEN = ReadRefused("status 403", of_resource=FORBIDDEN)
DOWN = Unavailable("status 500")


@given(st.lists(st.sampled_from([None, FORBIDDEN, HIDDEN, DOWN]), max_size=40), st.booleans())
def test_a_push_stops_only_after_several_records_in_a_row_that_fail_alike(
    outcomes: list[CounterfoilError | None], has_written: bool
) -> None:
    streak = FailureStreak()
    for number, error in enumerate(outcomes):
        streak = streak.after(str(number), error)
        alike = len(streak.records) >= MAX_FAILURES
        expected = {FORBIDDEN: alike and not has_written, HIDDEN: False, DOWN: alike}
        if error is not None:
            assert stops_push(streak, error, has_written=has_written) == expected[error]


def test_rejected_credentials_stop_a_push_at_once() -> None:
    assert stops_push(FailureStreak(), CredentialsRefused("no"), has_written=True)


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    with RobawsSimulator(customers=20, seed=7, rate=None) as simulator:
        yield simulator


@pytest.fixture
def twelve(edited: Edited) -> list[str]:
    """Edit twelve customers."""
    ids: list[str] = edited.sim.control.ids()[:12]
    for number, external_id in enumerate(ids):
        edited.edit(external_id, city=f"City {number}")
    return ids


def arrived(edited: Edited, ids: list[str]) -> list[str]:
    return [one for one in ids if str(edited.theirs(one)["address"]["city"]).startswith("City ")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error", "status": 403, "method": "PATCH"},
        {"kind": "error", "status": 410, "method": "PATCH"},
        {"kind": "error", "status": 423, "method": "PATCH"},
        {"kind": "error", "status": 403, "method": "GET"},
        {"kind": "error", "status": 400, "method": "GET"},
        {"kind": "error", "status": 500, "method": "GET"},
        {"kind": "error", "status": 500, "method": "PATCH"},
        {"kind": "html_error", "status": 403, "method": "PATCH"},
    ],
)
def test_law_9_one_forbidden_customer_lets_the_others_go_out(
    edited: Edited, twelve: list[str], fault: dict[str, Any]
) -> None:
    bad = twelve[0]
    edited.sim.control.fault(path=f"/clients/{bad}", **fault)
    run = edited.push()
    assert run.state in {"completed", "parked"}, "parked where an outcome has to be looked up"
    assert arrived(edited, twelve) == twelve[1:]
    left = edit_status.unfinished(edited.connection, None, timezone.now())
    assert {one.record_id for one in left} == {edited.row(bad).pk}
    edited.sim.control.clear_faults()
    if edited.edits(bad)["city"].refused:
        return  # a person has to change it first
    edited.push()
    assert arrived(edited, twelve) == twelve


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", ["PATCH", "GET"])
def test_the_run_says_which_customers_failed_and_why(edited: Edited, twelve: list[str], method: str) -> None:
    for bad in twelve[3:5]:
        edited.sim.control.fault("error", path=f"/clients/{bad}", status=403, method=method)
    run = edited.push()
    assert "2 customers could not be pushed" in run.note
    assert f"{twelve[3]}: " in run.note
    assert f"{twelve[4]}: " in run.note
    assert run.failed == (2 if method == "PATCH" else 0)


@pytest.mark.django_db(transaction=True)
def test_law_9_many_hidden_customers_do_not_stop_the_others(edited: Edited, twelve: list[str]) -> None:
    for bad in twelve[:7]:
        edited.sim.control.fault("error", path=f"/clients/{bad}", status=403, method="GET")
    run = edited.push()
    assert run.state == "completed"
    assert arrived(edited, twelve) == twelve[7:]


@pytest.mark.django_db(transaction=True)
def test_a_key_that_may_not_write_stops_the_push_after_a_few(edited: Edited, twelve: list[str]) -> None:
    edited.sim.control.switch(read_only_role=True)
    run = edited.push()
    assert (run.state, run.pushed) == ("failed", 0)
    assert "may not write clients" in run.error
    refused = edited.sim.control.stats()["by_route"]["PATCH /clients/{id}"]
    assert MAX_FAILURES <= sum(refused.values()) < len(twelve)
    edited.sim.control.switch(read_only_role=False)
    edited.push()
    assert arrived(edited, twelve) == twelve
