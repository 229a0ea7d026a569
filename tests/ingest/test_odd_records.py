"""Law 9: a record that cannot be read or stored costs only itself, on every way in and on both databases."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import connection as database

from counterfoil.mirror import row, storable
from counterfoil.mirror.models import Customer, QuarantinedRecord, RunState
from counterfoil_simulators.odd_payloads import SPOIL
from counterfoil_simulators.robaws import RobawsSimulator
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
