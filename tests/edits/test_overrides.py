"""On a read-only connection an edit is an override that outlives every sync."""

from pathlib import Path

import pytest

from counterfoil.connections import connect
from counterfoil.edits import create, request_push
from counterfoil.edits import edit as customer_edit
from counterfoil.errors import NotAllowed
from counterfoil.mirror.models import Connection, Customer, PendingEdit, Run, Source
from counterfoil.runs import mapping_changes
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import plan
from counterfoil.worker import queue
from counterfoil.worker.handlers import execute_run
from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """Write a file of two customers."""
    path = tmp_path / "customers.csv"
    path.write_text("Id;Name;Phone\n1;Acme;03 234 56 78\n2;Other;\n")
    return path


@pytest.fixture
def file(listed: Path) -> Connection:
    """Connect and sync the file."""
    said = {"path": str(listed), "id_column": "Id", "encoding": "", "delimiter": ""}
    fields = {"name": "Name", "phone": "Phone"}
    made, *_ = connect.connect(connect.Draft("file", "file", said, field_map=fields))
    sync(made)
    return made


def sync(connection: Connection) -> Run:
    (part, *_) = plan.plan_runs(connection, full=True, options=RunOptions())
    run = execute_run(plan.start_run(connection, part, RunOptions())).run
    run.refresh_from_db()
    return run


def test_a_phone_typed_by_hand_outlives_every_sync(file: Connection, listed: Path) -> None:
    made = customer_edit.edit_customer(Customer.objects.get(external_id="2"), {"phone": "0475 12 34 56"})
    assert made.here_only == ["phone"]
    listed.write_text("Id;Name;Phone\n1;Acme;03 234 56 78\n2;Other;09 223 44 55\n")
    sync(file)
    row = Customer.objects.get(external_id="2")
    assert (row.phone, row.phone_e164) == ("0475 12 34 56", "+32475123456")
    edit = PendingEdit.objects.get()
    assert (edit.here_only, edit.base, edit.conflict) == (True, "09 223 44 55", None)


def test_the_upstreams_value_shows_again_after_an_undo(file: Connection, listed: Path) -> None:
    customer_edit.edit_customer(Customer.objects.get(external_id="1"), {"phone": "0475 12 34 56"})
    listed.write_text("Id;Name;Phone\n1;Acme;09 223 44 55\n2;Other;\n")
    sync(file)
    customer_edit.undo_edit(PendingEdit.objects.get())
    assert Customer.objects.get(external_id="1").phone == "09 223 44 55"


def test_nothing_is_pushed_or_created(file: Connection) -> None:
    with pytest.raises(NotAllowed):
        request_push.request_push(file)
    with pytest.raises(NotAllowed):
        create.create_customer(file, {"name": "New"})


def test_an_edit_of_a_field_the_upstream_lacks_is_kept_here_only(edited: Edited) -> None:
    edited.connection.field_map.create(field="assignee", source="assignee.name")
    made = edited.edit("7", assignee="Anna", city="Gent")
    assert (made.here_only, made.pending) == (["assignee"], ["city"])
    edited.push()
    assert edited.row("7").assignee == "Anna"
    assert edited.edits("7").keys() == {"assignee"}


def test_a_mapping_change_keeps_edits_and_moves_their_base(edited: Edited) -> None:
    edited.sim.control.change(["7"], fields={"tel": "03 234 56 78", "gsm": "0475 12 34 56"})
    edited.sync(full=True)
    edited.edit("7", phone="09 223 44 55", city="Gent")
    mapping_changes.set_field(edited.connection, "phone", ["gsm"])
    queue.execute_due_runs()
    row, edits = edited.row("7"), edited.edits("7")
    assert (row.phone, row.city) == ("09 223 44 55", "Gent")
    assert edits["phone"].base == "0475 12 34 56"


def test_a_role_override_is_never_pushed_with_an_edit(edited: Edited) -> None:
    mapping_changes.set_role(edited.connection, "id", "7", "vip")
    queue.execute_due_runs()
    edited.edit("7", upstream_role="FORWARDER")
    assert (edited.row("7").role, edited.row("7").upstream_role) == ("VIP", "FORWARDER")
    edited.push()
    assert edited.theirs("7")["extraFields"]["Role"]["stringValue"] == "FORWARDER"


def test_a_mapping_change_keeps_local_customers(edited: Edited) -> None:
    typed = {"name": "Nieuwe Klant", "phone": "020 123 4567"}
    made = create.create_customer(edited.connection, typed, with_invalid=True)
    mapping_changes.set_country(edited.connection, "NL")
    queue.execute_due_runs()
    made.refresh_from_db()
    assert (made.name, made.phone_e164, made.state) == ("Nieuwe Klant", "+31201234567", "local")
    assert made.first_source == Source.EDIT
