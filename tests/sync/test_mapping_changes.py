"""A mapping change maps everything again from the stored payloads, without a call, by a run of its own kind."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection as database
from django.utils import timezone

from counterfoil.mirror import storable
from counterfoil.mirror.models import Change, Customer, QuarantinedRecord, Run, RunState
from counterfoil.runs import mapping_changes
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.odd_payloads import LONG_NAME
from tests.support.mirrored import Mirrored


def execute(run: Run) -> Run:
    execute_run(run)
    run.refresh_from_db()
    return run


def test_a_role_override_beats_the_upstreams_role_and_is_kept_in_history(mirror: Mirrored) -> None:
    mirror.sync()
    aeon = Customer.objects.get(name="Aeon Shipping LLC")
    assert (aeon.upstream_role, aeon.role) == ("POV", "FORWARDER"), "as the default table of roles maps it"
    mirror.sim.control.reset_stats()
    run = execute(mapping_changes.set_role(mirror.connection, "name", "aeon SHIPPING", "broker"))
    assert (run.kind, run.state, run.updated, run.api_calls) == ("remap", RunState.COMPLETED, 0, 0)
    mapping_changes.remove_role(mirror.connection, "name", "Aeon Shipping")
    run = execute(Run.objects.get(state=RunState.QUEUED, resource="customer"))
    assert (run.updated, run.unchanged, run.fetched) == (1, 249, 250)
    aeon.refresh_from_db()
    assert aeon.role == "BROKER"
    change = Change.objects.get(record_id=aeon.pk, field="role")
    assert (change.before, change.after, change.source, change.reference) == (
        "FORWARDER",
        "BROKER",
        "mapping",
        run.pk,
    )
    assert mirror.sim.control.stats()["requests"] == 0


def test_an_override_by_id_beats_one_by_name(mirror: Mirrored) -> None:
    mirror.sync()
    aeon = Customer.objects.get(name="Aeon Shipping LLC")
    execute(mapping_changes.set_role(mirror.connection, "id", str(aeon.external_id), "OEM"))
    aeon.refresh_from_db()
    assert aeon.role == "OEM"


def test_a_field_can_be_read_from_another_place(mirror: Mirrored) -> None:
    mirror.sync()
    first = mirror.sim.control.ids()[0]
    mirror.sim.control.define_extra_field("Rechtsvorm", "TEXT", "stringValue", None)
    mirror.sim.control.change(ids=[first], fields={"extraFields": {"Rechtsvorm": "Commanditaire vennootschap"}})
    mirror.sync(full=True)
    assert mirror.row(first).extra["Rechtsvorm"] == "Commanditaire vennootschap"
    sources = ["extraFields.Rechtsvorm", "legalForm", "extraFields.Legal form"]
    run = execute(mapping_changes.set_field(mirror.connection, "legal_form", sources))
    assert run.updated == 1
    assert mirror.row(first).legal_form == "Commanditaire vennootschap"
    assert "Rechtsvorm" not in mirror.row(first).extra


def test_another_default_country_reads_phones_again_and_the_next_pass_agrees(mirror: Mirrored) -> None:
    mirror.sync()
    first = mirror.sim.control.ids()[0]
    fields = {"tel": "020 794 60 00", "address": {"country": None}}
    mirror.sim.control.change(ids=[first], fields=fields)
    mirror.sync(full=True)
    run = execute(mapping_changes.set_country(mirror.connection, "NL"))
    assert run.updated > 0
    assert mirror.row(first).phone_e164 == "+31207946000"
    assert mirror.sync(full=True).unchanged == 250


def test_the_same_change_requested_twice_is_queued_once(mirror: Mirrored) -> None:
    mirror.sync()
    user = get_user_model().objects.create_user("ann")
    first = mapping_changes.request_remap(mirror.connection, user)
    assert mapping_changes.request_remap(mirror.connection) == first


def test_a_mapping_change_is_applied_beside_an_interrupted_pass(mirror: Mirrored) -> None:
    mirror.sync()
    started = timezone.now()
    Run.objects.create(
        connection=mirror.connection, kind="full", state=RunState.PARKED, resumable=True, started_at=started
    )
    run = mapping_changes.set_role(mirror.connection, "name", "Aeon Shipping", "BROKER")
    assert (run.kind, run.state) == ("remap", RunState.QUEUED)
    execute(run)
    assert Customer.objects.get(name="Aeon Shipping LLC").role == "BROKER"
    assert Run.objects.filter(kind="full", state=RunState.PARKED).count() == 1, "it can still be resumed"


@pytest.mark.parametrize("checked", [True, False])
def test_law_9_a_value_too_long_for_its_new_column_costs_only_its_record(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch, *, checked: bool
) -> None:
    """A status may have any length, a role is found by an index. Without our check PostgreSQL refuses it."""
    first, second = map(str, mirror.sim.control.ids()[:2])
    mirror.sim.control.change(ids=[first], fields={"status": LONG_NAME})
    mirror.sim.control.change(ids=[second], fields={"status": "POV"})
    mirror.sync()
    before = mirror.row(first).role
    if not checked:
        monkeypatch.setattr(storable, "require_storable", lambda *_: None)
    run = execute(mapping_changes.set_field(mirror.connection, "upstream_role", ["status"]))
    stored = not checked and database.vendor == "sqlite"
    assert (run.state, run.failed) == (RunState.COMPLETED, 0 if stored else 1)
    assert mirror.row(second).role == "POV"
    if not stored:
        assert mirror.row(first).role == before
        assert QuarantinedRecord.objects.get().external_id == first
