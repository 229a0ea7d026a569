"""Laws 4b and 12: a key that an answer lacks is not said; null, empty text and a gap in a whole map clear."""

from collections.abc import Iterator
from typing import Any

import pytest

from counterfoil.mirror.models import QuarantinedRecord, RunState
from counterfoil_simulators.robaws import RobawsSimulator
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.edits.conftest import Edited
from tests.support.books import Books
from tests.support.clock import at_noon
from tests.support.mirrored import Mirrored, fingerprints

CLIENT = "3"
FULL = {
    "name": "Peeters BV",
    "tel": "+32 3 123 45 67",
    "address": {"addressLine1": "Kaai 1", "postalCode": "2000", "city": "Antwerpen", "country": "BE"},
    "extraFields": {"Role": "FORWARDER", "PRICING": "TIER B"},
}


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    with RobawsSimulator(5, seed=7, rate=None) as simulator:
        simulator.control.change([CLIENT], fields=FULL)
        yield simulator


def stored_values(mirror: Mirrored) -> dict[str, Any]:
    row = mirror.row(CLIENT)
    names = ("name", "phone", "street", "city", "upstream_role", "is_active", "state")
    return {**{name: getattr(row, name) for name in names}, "pricing": row.extra.get("PRICING")}


def sparse(sim: RobawsSimulator, *without: str, path: str = "/clients*", **fields: object) -> None:
    sim.control.clear_faults()
    sim.control.fault("altered", client=CLIENT, path=path, fields=fields, without=without)


@pytest.mark.parametrize("how", [{"full": True}, {"client_id": CLIENT}], ids=["pass", "single read"])
def test_keys_that_an_answer_lacks_leave_their_values(mirror: Mirrored, how: dict[str, Any]) -> None:
    mirror.sync()
    before = stored_values(mirror)
    sparse(mirror.sim, "tel", "extraFields", "updatedAt", "email", address={"city": "Gent"})
    run = mirror.sync(**how)
    assert (run.state, run.failed) == (RunState.COMPLETED, 0)
    assert stored_values(mirror) == {**before, "city": "Gent"}


@pytest.mark.parametrize("how", [{"full": True}, {"client_id": CLIENT}], ids=["pass", "single read"])
def test_null_empty_text_and_a_label_missing_from_a_map_are_cleared(mirror: Mirrored, how: dict[str, Any]) -> None:
    mirror.sync()
    before = stored_values(mirror)
    role = {"Role": {"type": "SELECT", "stringValue": "FORWARDER"}}
    sparse(mirror.sim, tel=None, address={"city": "", "addressLine1": None}, extraFields=role)
    mirror.sync(**how)
    assert stored_values(mirror) == {**before, "phone": None, "city": None, "street": None, "pricing": None}
    sparse(mirror.sim, address=None, extraFields={})
    mirror.sync(**how)
    assert (stored_values(mirror)["upstream_role"], mirror.row(CLIENT).postal_code) == (None, None)


def test_law_2_sparse_answers_are_not_written_again_by_each_pass(mirror: Mirrored) -> None:
    mirror.sync()
    sparse(mirror.sim, "tel", "extraFields")
    run = mirror.sync(full=True)
    assert (run.updated, run.unchanged) == (0, 5)
    before = fingerprints()
    assert mirror.sync(full=True).unchanged == 5
    assert fingerprints() == before


def test_an_edit_is_sent_once_although_the_read_back_lacks_its_field(mirror: Mirrored) -> None:
    edited = Edited.of(mirror)
    sparse(edited.sim, "email")
    edited.edit(CLIENT, phone="+32 3 765 43 21")
    run = edited.push(CLIENT)
    assert (run.pushed, run.conflicts, edited.edits(CLIENT)) == (1, 0, {})
    assert stored_values(edited)["phone"] == "+32 3 765 43 21"


def test_a_zoho_read_without_its_maps_and_addresses_leaves_them(transactional_db: None) -> None:
    with at_noon(), ZohoBooksSimulator(contacts=4, seed=5, rate=None) as sim:
        books = Books.connect(sim)
        external_id = sim.control.contact_ids()[0]
        custom = [{"label": "Region", "value": "North"}]
        sim.control.change_contact([external_id], fields={"custom_fields": custom})
        sim.control.change_contact([external_id], fields={"billing_address": {"city": "Gent", "zip": "9000"}})
        books.sync(client_id=external_id)
        assert books.customer(external_id).extra["Region"] == "North"
        sim.control.fault(
            "altered", record=external_id, without=("custom_fields", "website", "billing_address", "phone")
        )
        before = books.customer(external_id)
        books.sync(client_id=external_id)
        row = books.customer(external_id)
        assert (row.extra, row.city, row.phone) == (before.extra, "Gent", before.phone)
        sim.control.clear_faults()
        sim.control.fault("altered", record=external_id, fields={"custom_fields": []})
        books.sync(client_id=external_id)
        assert "Region" not in books.customer(external_id).extra


@pytest.mark.parametrize("blank", [" ", "\u200b", "\u00a0\u2800", "", None], ids=repr)
@pytest.mark.parametrize("how", [{"full": True}, {"client_id": CLIENT}], ids=["pass", "single read"])
def test_law_9_a_blank_name_keeps_the_known_one_and_the_customer_active(
    mirror: Mirrored, how: dict[str, Any], blank: str | None
) -> None:
    mirror.sync()
    before = stored_values(mirror)
    sparse(mirror.sim, name=blank, tel="+32 3 999 99 99")
    assert mirror.sync(**how).state == RunState.COMPLETED
    assert stored_values(mirror) == {**before, "phone": "+32 3 999 99 99"}
    assert mirror.row(CLIENT).invalid["name"] == "no name given; the earlier name is kept"
    mirror.sync(full=True)
    again = fingerprints()
    mirror.sync(full=True)
    assert fingerprints() == again
    mirror.sim.control.clear_faults()
    mirror.sync(full=True)
    assert "name" not in mirror.row(CLIENT).invalid


def test_a_new_customer_with_a_blank_name_is_an_import_problem(mirror: Mirrored) -> None:
    sparse(mirror.sim, name="\u200b ")
    run = mirror.sync()
    assert (run.created, run.failed) == (4, 1)
    problem = QuarantinedRecord.objects.get(external_id=CLIENT)
    assert problem.reason == "The name is blank: nothing of it can be seen."
    mirror.sim.control.clear_faults()
    assert mirror.sync(full=True).created == 1
    assert not QuarantinedRecord.objects.filter(resolved_at=None).exists()


def test_an_edited_name_is_still_sent_where_the_upstream_s_is_blank_now(mirror: Mirrored) -> None:
    edited = Edited.of(mirror)
    edited.edit(CLIENT, name="Peeters & Zonen BV")
    sparse(edited.sim, name="  ")
    edited.sync(full=True)
    assert (stored_values(edited)["name"], edited.conflicts(CLIENT)) == ("Peeters & Zonen BV", [])
    assert edited.edits(CLIENT)["name"].base == "Peeters BV"
