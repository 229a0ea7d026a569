"""Law 5: with several processes, webhooks and people at one record, it is sent once."""

import orjson
import pytest

from counterfoil.connectors.page import Resource, Shape
from counterfoil.connectors.robaws.record import identify
from counterfoil.edits import edit
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.mirror import tickets
from counterfoil.mirror.models import Customer
from counterfoil.webhooks.session import DeliverySession
from tests.edits.conftest import Edited
from tests.support.background import in_background
from tests.support.mirrored import fingerprints

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_pushes_at_once_send_one_write(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.sim.control.hold(method="PATCH", before=True, times=1)
    first = in_background(lambda: edited.push("7"))
    assert edited.sim.control.wait_held(1)
    run = edited.push()
    assert "another process" in run.note
    edited.sim.control.release()
    first.join()
    assert [write["method"] for write in edited.sim.control.writes()] == ["PATCH"]
    assert (edited.writes(), edited.edits("7")) == (["done"], {})


def test_an_edit_made_during_a_push_is_pushed_after_it(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.sim.control.hold(method="PATCH", before=True, times=1)
    pushing = in_background(lambda: edited.push("7"))
    assert edited.sim.control.wait_held(1)
    edited.edit("7", city="Brugge")
    edited.sim.control.release()
    pushing.join()
    assert edited.theirs("7")["address"]["city"] == "Gent"
    assert (edited.row("7").city, edited.conflicts("7")) == ("Brugge", [])
    edited.push("7")
    assert edited.theirs("7")["address"]["city"] == "Brugge"
    assert edited.edits("7") == {}


def test_a_creations_webhook_before_its_answer_updates_the_local_row(edited: Edited) -> None:
    """Until the answer comes nobody knows whose record it is; then the local row has it and keeps its number."""
    made = edited.create(name="Nieuwe Klant BV", email="nieuw@example.com")
    edited.sim.control.hold(method="POST", times=1)
    pushing = in_background(edited.push)
    assert edited.sim.control.wait_held(1)
    (external_id,) = (c["id"] for c in edited.sim.control.clients() if c["name"] == "Nieuwe Klant BV")
    edited.webhook(str(external_id))
    made.refresh_from_db()
    assert (made.state, edited.row(str(external_id)).state) == ("local", "present")
    edited.sim.control.release()
    pushing.join()
    assert edited.row(str(external_id)) == made
    assert Customer.objects.filter(name="Nieuwe Klant BV").exclude(state="merged").count() == 1
    assert edited.writes() == ["done"]
    assert edited.is_true()


@pytest.mark.parametrize("seen_by", ["webhook", "page", "nobody"])
def test_law_5_a_colleagues_equal_record_at_the_same_time_is_not_ours(edited: Edited, seen_by: str) -> None:
    values = {"name": "Nieuwe Klant BV", "email": "nieuw@example.com"}
    made = edited.create(**values)
    edited.sim.control.hold(method="POST", times=1)
    pushing = in_background(edited.push)
    assert edited.sim.control.wait_held(1)
    (ours,) = (str(c["id"]) for c in edited.sim.control.clients() if c["name"] == "Nieuwe Klant BV")
    (theirs,) = edited.sim.control.add(1, values)
    if seen_by == "webhook":
        edited.webhook(theirs)
    elif seen_by == "page":
        listed(edited, theirs)
    edited.sim.control.release()
    pushing.join()
    edited.sync(full=True)
    assert edited.row(ours) == made
    assert edited.row(theirs) != made
    assert edited.states()["present"] == edited.sim.control.count()
    assert edited.is_true()
    before = fingerprints()
    edited.sync(full=True)
    assert fingerprints() == before, "no row goes to and fro between the two"


def listed(edited: Edited, external_id: str) -> None:
    """Ingest the record as a page that was fetched just now."""
    with DeliverySession(edited.connection, Resource.CUSTOMER) as session:
        ticket = tickets.latest()
        item = identify(orjson.dumps(edited.theirs(external_id)))
        observation = Observation(item, Origin.PAGE, Shape.LIST, ticket, ticket)
        session.reading_pipeline(lambda: None).ingest([observation], session.source({external_id: 1}))


def test_a_webhook_of_our_own_write_before_its_answer_is_no_conflict(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.sim.control.hold(method="PATCH", times=1)
    pushing = in_background(lambda: edited.push("7"))
    assert edited.sim.control.wait_held(1)
    edited.webhook("7")
    edited.sim.control.release()
    pushing.join()
    assert (edited.conflicts("7"), edited.edits("7"), edited.writes()) == ([], {}, ["done"])


def test_many_records_are_pushed_at_once_and_each_by_itself(edited: Edited) -> None:
    edited.sim.control.switch(strict_select=True)
    ids = [str(client["id"]) for client in edited.sim.control.clients()[:30]]
    for number, external_id in enumerate(ids):
        edited.edit(external_id, city=f"City {number}")
    edit.edit_customer(edited.row(ids[3]), {"upstream_role": "NO SUCH ROLE"})
    run = edited.push()
    assert (run.state, run.pushed, run.failed, run.fetched) == ("completed", 30, 1, 30)
    assert [edited.theirs(external_id)["address"]["city"] for external_id in ids[:3]] == [
        "City 0",
        "City 1",
        "City 2",
    ]
