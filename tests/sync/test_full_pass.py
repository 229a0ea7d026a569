"""A full pass: complete, unchanged means untouched, counts are counts of rows."""

import pytest
from django.db import connection

from counterfoil.mirror.models import Change, Customer, RunState
from tests.support.mirrored import Mirrored, fingerprints


def test_a_first_pass_mirrors_every_customer(mirror: Mirrored) -> None:
    run = mirror.sync()
    assert run.state == RunState.COMPLETED
    assert (run.fetched, run.created, run.updated, run.unchanged, run.failed) == (250, 250, 0, 0, 0)
    assert run.api_calls == 3
    assert mirror.is_true()


def test_law_2_an_unchanged_pass_rewrites_no_row(mirror: Mirrored) -> None:
    mirror.sync()
    before = fingerprints()
    run = mirror.sync(full=True)
    assert (run.fetched, run.created, run.updated, run.unchanged) == (250, 0, 0, 250)
    assert fingerprints() == before


def test_law_10_a_changed_field_is_kept_with_its_source_and_previous_value(mirror: Mirrored) -> None:
    first = mirror.sync()
    external_id = mirror.sim.control.ids()[0]
    row = mirror.row(external_id)
    assert (row.first_source, row.first_reference) == ("run", first.pk)
    mirror.sim.control.change(ids=[external_id], fields={"tel": "03 234 56 78", "extraFields": {"Role": "OEM"}})
    second = mirror.sync(full=True)
    assert (second.updated, second.unchanged) == (1, 249)
    changes = {change.field: change for change in Change.objects.filter(record_id=row.pk)}
    assert changes["phone"].before == row.phone
    assert changes["phone"].after == "03 234 56 78"
    assert (changes["phone"].source, changes["phone"].reference) == ("run", second.pk)
    assert changes["role"].after == "OEM"
    assert "phone_e164" not in changes, "a normal form that follows its field is not a change of its own"


def test_law_11_counts_are_counts_of_rows(mirror: Mirrored) -> None:
    mirror.sync()
    mirror.sim.control.add(4)
    mirror.sim.control.change(n=6)
    run = mirror.sync(full=True)
    assert run.created == Customer.objects.filter(first_reference=run.pk).count() == 4
    changed = Change.objects.filter(reference=run.pk).values("record_id").distinct().count()
    assert run.updated == changed == 6
    assert run.fetched == run.created + run.updated + run.unchanged == 254


def test_the_write_ahead_log_of_a_long_pass_does_not_grow_with_it(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the embedded database's log")
    monkeypatch.setattr("counterfoil.mirror.store.sqlite_record_store.RESTART_AFTER", 1)
    mirror.sync()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (connection.settings_dict["OPTIONS"]["timeout"] * 1000,)
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        _, frames, copied = cursor.fetchone()
    assert frames == copied
    assert frames < 100, "only what came after the last batch"


def test_after_many_new_rows_the_database_updates_its_statistics(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite needs no statistics")
    monkeypatch.setattr("counterfoil.sync.finish.MANY_NEW_ROWS", 250)
    mirror.sync()
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'counterfoil_customer'")
        assert cursor.fetchone() == (250,)
