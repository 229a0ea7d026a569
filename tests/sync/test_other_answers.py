"""Law 3: another record's answer, a vendor and a body that says "deleted" end a row as what they prove."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from counterfoil.mirror import answered_ids
from counterfoil.mirror.models import Customer, QuarantinedRecord, RunState
from counterfoil.mirror.selection import Selection
from counterfoil.sync import selection
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.robaws import RobawsSimulator
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.edits.conftest import Edited
from tests.support.books import Books
from tests.support.clock import at_noon
from tests.support.mirrored import Mirrored

OLD, SURVIVOR = "2", "5"


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    with RobawsSimulator(8, seed=7, rate=None) as simulator:
        yield simulator


def merge_upstream(mirror: Mirrored) -> None:
    """Merge two clients: the old id answers with the survivor, and is listed no more."""
    mirror.sim.control.delete([OLD])
    mirror.sim.control.fault("answered_by", client=OLD, other=SURVIVOR)


def outcome(mirror: Mirrored) -> tuple[str, bool, str | None]:
    row = mirror.row(OLD)
    return row.state, row.is_active, row.answered_by


def test_law_3_an_old_id_that_answers_another_record_is_unlisted_and_names_it(mirror: Mirrored) -> None:
    mirror.sync()
    before = mirror.row(OLD).name
    merge_upstream(mirror)
    run = mirror.sync(full=True)
    assert (run.state, run.unlisted, run.tombstoned, run.missing) == (RunState.COMPLETED, 1, 0, 0)
    assert outcome(mirror) == ("unlisted", False, SURVIVOR)
    assert mirror.row(OLD).name == before
    assert mirror.row(SURVIVOR).state == "present"
    assert answered_ids.answering_customer(mirror.row(OLD)) == mirror.row(SURVIVOR)
    assert answered_ids.customers_answered_for(mirror.row(SURVIVOR)) == [mirror.row(OLD)]
    assert mirror.sync(full=True).api_calls == 1, "an unlisted row is not read again by every pass"


def test_an_old_id_read_by_itself_is_unlisted_and_a_later_own_answer_forgets_that(mirror: Mirrored) -> None:
    mirror.sync()
    mirror.sim.control.fault("answered_by", client=OLD, other=SURVIVOR)
    run = mirror.sync(client_id=OLD)
    assert (run.state, run.unlisted) == (RunState.COMPLETED, 1)
    assert outcome(mirror) == ("unlisted", False, SURVIVOR)
    mirror.sim.control.clear_faults()
    mirror.sync(client_id=OLD)
    assert outcome(mirror) == ("unlisted", False, None)
    mirror.sync(full=True)
    assert outcome(mirror) == ("present", True, None)


def test_an_edit_is_never_sent_to_an_id_that_answers_another_record(mirror: Mirrored) -> None:
    edited = Edited.of(mirror)
    edited.edit(OLD, phone="+32 3 234 56 78")
    mirror.sim.control.fault("answered_by", client=OLD, other=SURVIVOR)
    run = edited.push(OLD)
    assert run.state == RunState.COMPLETED
    assert mirror.sim.control.writes() == []
    assert edited.edits(OLD)["phone"].refused == f"Record {SURVIVOR} answers for this id."
    assert outcome(mirror) == ("unlisted", False, SURVIVOR)


def test_law_3_a_single_read_that_says_deleted_itself_is_proof(mirror: Mirrored) -> None:
    mirror.sync()
    before = mirror.row(OLD)
    mirror.sim.control.fault("deleted_body", client=OLD, path="/clients/*")
    run = mirror.sync(client_id=OLD)
    row = mirror.row(OLD)
    assert (run.tombstoned, row.state, row.is_active) == (1, "tombstone", False)
    assert (row.name, row.phone, row.city, row.raw) == (before.name, before.phone, before.city, before.raw)


def test_law_3_a_list_that_says_deleted_only_asks_for_a_single_read(mirror: Mirrored) -> None:
    mirror.sync()
    before = mirror.row(OLD)
    mirror.sim.control.fault("deleted_body", client=OLD, path="/clients")
    run = mirror.sync(full=True)
    row = mirror.row(OLD)
    assert (run.state, run.tombstoned, run.api_calls) == (RunState.COMPLETED, 0, 2)
    assert (row.state, row.is_active, row.name, row.phone) == ("present", True, before.name, before.phone)
    mirror.sim.control.fault("deleted_body", client=OLD, path="/clients/*")
    assert mirror.sync(full=True).tombstoned == 1
    assert mirror.row(OLD).state == "tombstone"
    assert mirror.sync(full=True).api_calls == 1, "a tombstone that is listed as deleted is not read again"


def test_an_unknown_client_that_is_listed_as_deleted_makes_no_row(mirror: Mirrored) -> None:
    mirror.sim.control.fault("altered", client=OLD, path="/clients", fields={"deletedAt": "2026-01-01T00:00:00Z"})
    run = mirror.sync()
    assert (run.state, run.created, run.failed) == (RunState.COMPLETED, 7, 0)
    assert not Customer.objects.filter(external_id=OLD).exists()


@pytest.fixture
def books(transactional_db: None) -> Iterator[Books]:
    with at_noon(), ZohoBooksSimulator(contacts=12, seed=5, rate=None) as simulator:
        yield Books.connect(simulator)


def test_law_3_a_customer_turned_vendor_ends_as_unlisted(books: Books) -> None:
    books.sync()
    turned = books.sim.control.contact_ids()[0]
    books.sim.control.change_contact([turned], fields={"contact_type": "vendor"})
    run = books.sync(full=True)["customer"]
    row = books.customer(turned)
    assert (run.state, run.unlisted, row.state, row.is_active) == (RunState.COMPLETED, 1, "unlisted", False)
    books.sim.control.change_contact([turned], fields={"contact_type": "customer"})
    books.sync(full=True)
    assert books.customer(turned).state == "present"


def test_law_3_a_merged_zoho_contact_names_the_one_that_answers(books: Books) -> None:
    books.sync()
    survivor, victim, gone = books.sim.control.contact_ids()[:3]
    books.sim.control.merge_contacts(survivor, victim)
    books.sim.control.delete_contact([gone])
    books.sim.control.fault("answered_by", record=victim, other=survivor)
    books.sim.control.fault("deleted_body", record=gone, path="/contacts/*")
    books.sync(full=True)
    row = books.customer(victim)
    assert (row.state, row.answered_by) == ("unlisted", survivor)
    assert books.customer(gone).state == "tombstone"


def test_law_3_an_answer_that_says_neither_yes_nor_no_leaves_the_row_missing(books: Books) -> None:
    books.sync()
    (gone,) = books.sim.control.delete_contact(n=1)
    books.sim.control.fault("error", path="/contacts/*", status=404, code=5, message="Invalid URL Passed")
    run = books.sync(full=True)["customer"]
    assert (run.state, run.missing, run.tombstoned) == (RunState.COMPLETED, 1, 0)
    assert (books.customer(gone).state, books.customer(gone).is_active) == ("missing", True)


def test_ever_more_ids_that_others_answer_are_doubted(mirror: Mirrored) -> None:
    """A cache in between that mixes up its answers makes no more than a few inactive."""
    mirror.sync()
    ids = mirror.sim.control.ids()
    for external_id in ids:
        mirror.sim.control.fault("answered_by", client=external_id, other=str(int(external_id) % 8 + 1))
    chosen = Selection.from_parameters({"state": "present"}).bounded(timezone.now())
    (run,) = selection.request_selection(chosen, timezone.now())
    execute_run(run)
    assert mirror.states() == {"present": 4, "unlisted": 4}
    assert "something in between may be answering" in QuarantinedRecord.objects.all()[0].reason
    mirror.sim.control.clear_faults()
    mirror.sync(full=True)
    assert mirror.states() == {"present": 8}
