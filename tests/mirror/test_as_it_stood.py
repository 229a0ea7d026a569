"""A record as it stood at a moment, after all that can happen to it through the door, and where its values come
from.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterfoil.connectors.page import Resource
from counterfoil.mirror import record_history
from counterfoil.mirror.models import Change, Customer, Run, RunState
from counterfoil.mirror.record_history import PastRecord
from counterfoil.runs import mapping_changes
from counterfoil.worker.handlers import execute_run
from tests.support.mirrored import Mirrored

FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["Acme", "Acme NV"]),
        "tel": st.sampled_from([None, "020 794 60 00", "03 234 56 78"]),
        "email": st.sampled_from([None, "jan@example.com", "no at in it"]),
        "extraFields": st.fixed_dictionaries({"Role": st.sampled_from(["POV", "OEM"])}),
        "address": st.fixed_dictionaries({"country": st.sampled_from([None, "NL", "België"])}),
    },
)
STEPS = st.one_of(
    st.tuples(st.just("change"), FIELDS),
    st.tuples(st.just("country"), st.sampled_from(["BE", "NL"])),
    st.tuples(st.just("role"), st.sampled_from(["OEM", "BROKER"])),
    st.tuples(st.sampled_from(["archive", "unarchive", "pass"]), st.none()),
)


def carry_out(mirror: Mirrored, external_id: str, what: str, with_: Any) -> None:
    """Carry out one event, upstream or here, and whatever brings it into the mirror."""
    control = mirror.sim.control
    if what == "change":
        control.change(ids=[external_id], fields=with_, rename=True)
    elif what == "archive":
        control.archive([external_id])
    elif what == "unarchive":
        control.unarchive([external_id])
    elif what == "country":
        mapping_changes.set_country(mirror.connection, with_)
    elif what == "role":
        mapping_changes.set_role(mirror.connection, "id", external_id, with_)
    for run in Run.objects.filter(state=RunState.QUEUED):
        execute_run(run)
    mirror.sync(full=True) if what == "pass" else mirror.sync(client_id=external_id)


def stored_state(row: Customer) -> tuple[dict[str, Any], dict[str, Any]]:
    return record_history.values(row, Resource.CUSTOMER), dict(row.extra)


def stood(row: Customer, moment: datetime) -> PastRecord:
    return record_history.as_of(row, Resource.CUSTOMER, moment)[0]


@pytest.fixture
def few(mirror: Mirrored) -> Mirrored:
    """Mirror so few customers that passes are quick."""
    mirror.sim.control.delete(mirror.sim.control.ids()[20:])
    mirror.sync()
    return mirror


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=1, max_size=5))
def test_law_10_a_record_is_shown_with_its_values_at_any_earlier_time(
    few: Mirrored, steps: list[tuple[str, Any]]
) -> None:
    (one,) = few.sim.control.add(fields={"name": "Acme", "tel": "03 12"})
    few.sync(client_id=one)
    seen = [(timezone.now(), *stored_state(few.row(one)))]
    for what, with_ in steps:
        carry_out(few, one, what, with_)
        seen.append((timezone.now(), *stored_state(few.row(one))))
    row = few.row(one)
    for moment, values, extra in seen:
        then = stood(row, moment)
        assert then.extra == extra
        assert then.values == {name: value for name, value in values.items() if name not in then.unknown}
    assert stood(row, row.first_seen_at).values["phone"] == "03 12"
    assert not stood(row, timezone.now()).unknown


def test_a_deleted_customer_is_shown_with_its_earlier_values(few: Mirrored) -> None:
    one = few.sim.control.ids()[0]
    before, moment = stored_state(few.row(one)), timezone.now()
    few.sim.control.delete([one])
    few.sync(client_id=one)
    row = few.row(one)
    assert (row.state, row.is_active) == ("tombstone", False)
    then = stood(row, moment)
    assert (then.values, then.extra) == before
    assert (then.values["state"], then.values["is_active"]) == ("present", True)


def test_changes_are_undone_in_reverse_order_of_writing(few: Mirrored) -> None:
    row = few.row(few.sim.control.ids()[0])
    row.city, row.street = "Gent", "Korenmarkt"
    now = row.first_seen_at + timedelta(hours=1)
    for minute, field, before in ((1, "city", "Aalst"), (9, "city", "Brugge"), (8, "street", "Markt")):
        Change.objects.create(
            connection=few.connection, record_id=row.pk, field=field, before=before, source="run",
            at=now + timedelta(minutes=minute),
        )  # fmt: skip
    found = {minute: stood(row, now + timedelta(minutes=minute)).values for minute in (0, 1, 8, 9)}
    assert {minute: (values["city"], values["street"]) for minute, values in found.items()} == {
        0: ("Aalst", "Markt"),
        1: ("Brugge", "Markt"),
        8: ("Brugge", "Markt"),
        9: ("Gent", "Korenmarkt"),
    }, "the street was noted early and written last"


def test_the_history_of_one_record_is_read_by_its_index(few: Mirrored) -> None:
    row = few.row(few.sim.control.ids()[0])
    template = {"connection": few.connection, "resource": "customer", "at": timezone.now(), "source": "run"}
    Change.objects.bulk_create(
        Change(record_id=number, field=f"f{number % 7}", **template) for number in range(row.pk, row.pk + 3000)
    )
    with database.cursor() as cursor:
        cursor.execute("ANALYZE counterfoil_change")
    queries = {
        "at": record_history.since(row, Resource.CUSTOMER, timezone.now() - timedelta(days=1)),
        "newest": record_history.newest(row, Resource.CUSTOMER),
        "lines": record_history.lines(row, Resource.CUSTOMER)[:20],
    }
    for name, rows in queries.items():
        plan = rows.explain()
        assert "change_record" in plan, (name, plan)
        assert "Seq Scan on counterfoil_change" not in plan, (name, plan)
        assert "SCAN counterfoil_change" not in plan, (name, plan)
