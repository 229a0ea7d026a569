"""States: what no answer settles stays missing, is inactive after a month, and stands in a list for a person."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from counterfoil.ingest import rewrite
from counterfoil.mirror.models import Customer, RunState
from counterfoil.mirror.selection import Selection
from counterfoil.sync.status import about
from counterfoil_simulators.robaws import RobawsSimulator
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.mirrored import Mirrored


@pytest.fixture
def books(transactional_db: None) -> Iterator[Books]:
    with ZohoBooksSimulator(contacts=8, seed=5, rate=None) as simulator:
        yield Books.connect(simulator)


def go_by(days: int) -> None:
    """Let days go by for the missing rows: their stored time moves back."""
    Customer.objects.filter(state="missing").update(state_at=F("state_at") - timedelta(days=days))


def to_look_at() -> list[str | None]:
    chosen = Selection.from_parameters({"state": "missing_for_long"})
    return [row.external_id for row in chosen.rows(timezone.now())]


def test_law_3_code_5_leaves_a_row_missing_and_inactive_after_a_month(books: Books) -> None:
    books.sync()
    external_id = books.sim.control.contact_ids()[0]
    name = books.customer(external_id).name
    books.sim.control.delete_contact([external_id])
    books.sim.control.fault("error", path="/contacts/2*", status=404, code=5, message="Invalid URL Passed")
    for days, active in ((0, True), (29, True), (2, False), (1, False)):
        go_by(days)
        run = books.sync(full=True)["customer"]
        row = books.customer(external_id)
        assert (run.state, row.state, row.is_active) == (RunState.COMPLETED, "missing", active)
        assert to_look_at() == ([] if active else [external_id])
        assert about(books.connection)["missing_for_long"] == int(not active)
    books.sim.control.add_contact(fields={"contact_name": name}, contact_id=external_id)
    books.sync(full=True)
    assert (books.customer(external_id).state, books.customer(external_id).is_active) == ("present", True)
    assert to_look_at() == []


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    with RobawsSimulator(6, seed=7, rate=None) as simulator:
        yield simulator


def test_a_long_missing_row_stays_inactive_until_it_is_listed_again(mirror: Mirrored) -> None:
    mirror.sync()
    Customer.objects.filter(external_id="3").update(state="missing", state_ticket=1, state_at=timezone.now())
    mirror.sim.control.archive(["3"])
    mirror.sim.control.fault("html_error", path="/clients/*", status=502)
    go_by(31)
    assert mirror.sync().state == RunState.COMPLETED, "a pass of changes reads nothing, but time has passed"
    assert (mirror.row("3").state, mirror.row("3").is_active) == ("missing", False)
    assert mirror.history("3")[-1] == ("is_active", True, False)
    with transaction.atomic():
        rewrite.rewrite(mirror.row("3"), None, None)
    assert not mirror.row("3").is_active
    mirror.sim.control.clear_faults()
    mirror.sim.control.unarchive(["3"])
    mirror.sync(full=True)
    assert (mirror.row("3").state, mirror.row("3").is_active) == ("present", True)
