"""Law 9: a record that cannot be read or stored costs only itself, on every way in and on both databases."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import connection as database

from counterfoil.errors import BadRecord, InvalidInput
from counterfoil.mirror import row, storable
from counterfoil.mirror.models import Customer, Proposal, QuarantinedRecord, RunState
from counterfoil.mirror.search import search
from counterfoil.sync import deletions
from counterfoil_simulators.odd_payloads import SPOIL
from counterfoil_simulators.robaws import RobawsSimulator
from tests.edits.conftest import Edited
from tests.support.mirrored import Mirrored

pytestmark = pytest.mark.django_db(transaction=True)

SHAPES = [*SPOIL, "nul_label"]
REASONS = {
    "nested": "lists and objects in one another",
    "nested_objects": "lists and objects in one another",
    "nul_value": "NUL character in “odd”",
    "nul_deep": "NUL character in “odd”",
    "nul_key": "NUL character in “odd”",
    "nul_name": "NUL character in “name”",
    "nul_label": "NUL character in “extraFields”",
    "long_name": "too long",
}


@pytest.fixture
def mirror(transactional_db: None) -> Iterator[Mirrored]:
    """Connect to twenty clients."""
    with RobawsSimulator(20, seed=7, rate=None) as sim:
        yield Mirrored.connect(sim)


def spoil(mirror: Mirrored, shapes: Sequence[str]) -> dict[str, str]:
    """Make some clients odd, wherever they are read. Returns the shape of each by its id."""
    ids = map(str, mirror.sim.control.ids()[2:])
    odd = dict(zip(ids, shapes, strict=False))
    for client, shape in odd.items():
        mirror.sim.control.fault("garbage", client=client, shape=shape)
    return odd


def problems() -> dict[str | None, QuarantinedRecord]:
    return {entry.external_id: entry for entry in QuarantinedRecord.objects.filter(resolved_at=None)}


def test_law_9_odd_records_of_a_page_are_quarantined_and_the_others_mirrored(mirror: Mirrored) -> None:
    odd = spoil(mirror, SHAPES)
    run = mirror.sync()
    assert (run.state, run.created, run.failed) == (RunState.COMPLETED, 20 - len(odd), len(odd))
    found = problems()
    assert found.keys() == odd.keys()
    for client, shape in odd.items():
        assert REASONS.get(shape, "not valid JSON") in found[client].reason, shape
        assert bytes(found[client].payload).startswith(b'{"id":'), shape
    mirror.sim.control.clear_faults()
    run = mirror.sync(full=True)
    assert (run.state, run.created) == (RunState.COMPLETED, len(odd))
    assert not problems()
    assert mirror.is_true()


def test_law_3_an_odd_record_that_is_listed_is_not_missing(mirror: Mirrored) -> None:
    mirror.sync()
    odd = spoil(mirror, SHAPES)
    for tries in (1, 2):
        run = mirror.sync(full=True)
        assert (run.state, run.missing, run.tombstoned) == (RunState.COMPLETED, 0, 0)
        assert problems().keys() == odd.keys()
        assert {entry.tries for entry in problems().values()} == {2 * tries - 1}
    assert mirror.states() == {"present": 20}
    mirror.sim.control.clear_faults()
    assert mirror.sync(full=True).updated == 0
    assert not problems(), "mended to what is here already"


def test_law_9_an_odd_record_read_singly_is_quarantined(mirror: Mirrored) -> None:
    for client in spoil(mirror, SHAPES):
        run = mirror.sync(client_id=client)
        assert (run.state, run.failed) == (RunState.COMPLETED, 1)
        assert problems()[client].tries == 1
    assert not Customer.objects.exists()


@pytest.mark.parametrize("shape", ["nul_value", "long_name"])
def test_law_9_what_the_check_lets_pass_is_found_by_halving(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    monkeypatch.setattr(storable, "require_storable", lambda *_: None)
    (odd,) = spoil(mirror, [shape])
    run = mirror.sync()
    refused = int(database.vendor == "postgresql")
    assert (run.state, run.created, run.failed) == (RunState.COMPLETED, 20 - refused, refused)
    if refused:
        assert "PostgreSQL cannot store a value of this record" in problems()[odd].reason
        assert bytes(problems()[odd].payload).startswith(b'{"id":')


@pytest.mark.parametrize("known", [False, True])
def test_law_9_every_record_that_a_database_refuses_stands_alone(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch, *, known: bool
) -> None:
    """A number that no column of SQLite holds, and text that no column of PostgreSQL does."""
    if known:
        mirror.sync()
        mirror.sim.control.change(n=20, fields={"website": "https://new.example"})
    ids = [str(key) for key in mirror.sim.control.ids()]
    bad = {ids[0], ids[5], ids[19]}
    spoil_values(monkeypatch, bad)
    run = mirror.sync()
    assert (run.state, run.failed) == (RunState.COMPLETED, 3)
    assert set(QuarantinedRecord.objects.values_list("external_id", flat=True)) == bad
    assert (run.updated if known else run.created) == 17
    monkeypatch.undo()
    mirror.sync(full=True)
    assert mirror.is_true()


def spoil_values(monkeypatch: pytest.MonkeyPatch, bad: set[str]) -> None:
    """Give records a ticket that no database holds."""
    prepare = row.prepare_record

    def prepare_bad(form: Any, external_id: str, mapped: Any, meta: Any, *rest: Any, **more: Any) -> Any:
        if external_id in bad:
            meta = meta._replace(requested=10**20)
        return prepare(form, external_id, mapped, meta, *rest, **more)

    monkeypatch.setattr("counterfoil.ingest.mapping_pool.prepare_record", prepare_bad)
    monkeypatch.setattr("counterfoil.ingest.prepare.prepare_record", prepare_bad)


def test_law_9_a_push_leaves_the_odd_record_and_sends_the_others(mirror: Mirrored) -> None:
    edited = Edited.of(mirror)
    odd = spoil(mirror, ["surrogate", "nul_value", "nested"])
    others = [str(key) for key in mirror.sim.control.ids()[10:13]]
    for client in (*odd, *others):
        edited.edit(client, city="Gent")
    run = edited.push()
    assert (run.state, run.pushed) == (RunState.COMPLETED, 3)
    assert "3 customers could not be pushed" in run.note
    assert problems().keys() == odd.keys()
    assert not any(edited.theirs(client).get("address", {}).get("city") == "Gent" for client in odd)
    mirror.sim.control.clear_faults()
    run = edited.push()
    assert (run.pushed, edited.is_true()) == (3, True)
    mirror.sync(full=True)
    assert not problems()


def test_law_5_a_record_that_turns_odd_while_it_is_pushed_is_looked_up_later(mirror: Mirrored) -> None:
    edited = Edited.of(mirror)
    client = str(mirror.sim.control.ids()[2])
    edited.edit(client, city="Gent")
    mirror.sim.control.fault("garbage", client=client, shape="raw_tab", skip=1)
    assert edited.push().pushed == 0
    assert edited.theirs(client)["address"]["city"] == "Gent"
    mirror.sim.control.clear_faults()
    edited.push()
    assert (edited.edits(client), edited.is_true()) == ({}, True)
    assert mirror.sim.control.client(client)["address"]["city"] == "Gent"


def test_law_5_what_was_created_and_cannot_be_read_back_is_created_once(mirror: Mirrored) -> None:
    edited = Edited.of(mirror)
    local = edited.create(name="Nieuwe Garage")
    created = str(max(map(int, mirror.sim.control.ids())) + 1)
    for oddity in ("nul_value", "nan"):
        mirror.sim.control.fault("garbage", client=created, shape=oddity)
        edited.push()
        mirror.sim.control.clear_faults()
        local.refresh_from_db()
        assert local.state == "local"
    edited.push()
    local.refresh_from_db()
    assert (local.state, local.external_id) == ("present", created)
    assert len(mirror.sim.control.ids()) == 21


@pytest.mark.parametrize("held", [False, True])
def test_law_9_a_mended_record_is_not_replayed_as_it_was(mirror: Mirrored, *, held: bool) -> None:
    """Neither from the quarantine, nor from the changes that a guard holds back."""
    mirror.sync()
    client = str(mirror.sim.control.ids()[2])
    name = mirror.row(client).name
    if held:
        mirror.sim.control.change([client], fields={"name": "Renamed"})
    (odd,) = spoil(mirror, ["nul_name"])
    assert odd == client
    assert mirror.sync(full=True).state == RunState.COMPLETED
    assert mirror.row(client).name == name
    mirror.sim.control.clear_faults()
    mirror.sim.control.change([client], fields={"name": "Mended"})
    assert mirror.sync().state == RunState.COMPLETED
    assert mirror.row(client).name == "Mended"
    assert not problems()


@pytest.mark.parametrize("oddity", ["surrogate", "nul_value", "long_name", "nested"])
def test_law_9_a_local_edit_is_kept_while_its_record_is_odd(mirror: Mirrored, oddity: str) -> None:
    edited = Edited.of(mirror)
    (odd,) = spoil(mirror, [oddity])
    edited.edit(odd, city="Gent")
    mirror.sync(full=True)
    assert (edited.row(odd).city, edited.edits(odd)["city"].value) == ("Gent", "Gent")


def test_law_9_an_edit_that_no_database_could_index_is_refused(mirror: Mirrored) -> None:
    edited = Edited.of(mirror)
    client = str(mirror.sim.control.ids()[2])
    long = "Café " * 190  # a thousand characters at most
    edited.edit(client, name=long)
    with pytest.raises(InvalidInput, match="longer than 2,000 bytes"):
        edited.edit(client, name="🚗" * 900)
    with pytest.raises(BadRecord, match="too long"):
        edited.edit(client, name="\ufdfa" * 150)  # eighteen letters each, once it is folded
    assert edited.edits(client)["name"].value == long.strip()
    with pytest.raises(InvalidInput, match="longer than 2,000 bytes"):
        edited.create(name="🚗" * 900)
    assert not Customer.objects.filter(state="local").exists()


def test_texts_of_a_megabyte_are_stored_and_the_record_found_by_their_beginning(mirror: Mirrored) -> None:
    client = str(mirror.sim.control.ids()[2])
    long = " ".join(f"w{number}x" for number in range(150_000))
    address = {"addressLine1": long, "city": long}
    mirror.sim.control.change(
        [client], fields={"address": address, "website": long[:300_000], "tel": long[:300_000]}
    )
    run = mirror.sync()
    assert (run.state, run.failed) == (RunState.COMPLETED, 0)
    assert mirror.row(client).city == long
    assert [row.external_id for row in search(Customer.objects.all(), "w7x w9x")] == [client]


def test_law_9_a_held_change_that_can_no_longer_be_identified_costs_only_itself(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade between two parts of a run."""
    mirror.sync()
    first, second = map(str, mirror.sim.control.ids()[:2])
    mirror.sim.control.change([first, second], fields={"name": "Renamed"})
    check_guards = deletions.tripped_guards

    def check_then_upgrade(context: Any, gate: Any) -> Any:
        tripped = check_guards(context, gate)
        Proposal.objects.filter(external_id=first).update(payload='{"id": null}')
        return tripped

    monkeypatch.setattr(deletions, "tripped_guards", check_then_upgrade)
    run = mirror.sync(full=True)
    assert (run.state, run.updated, run.failed) == (RunState.COMPLETED, 1, 1)
    assert mirror.row(second).name == "Renamed"
    assert problems().keys() == {first}
