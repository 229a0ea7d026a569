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

pytestmark = pytest.mark.django_db(transaction=True)


def webhook(edited: Edited, external_id: str) -> None:
    """Ingest the upstream's current record."""
    observation = Observation(
        identify(orjson.dumps(edited.theirs(external_id))),
        Origin.DELIVERY,
        Shape.DELIVERY,
        None,
        tickets.latest(),
    )
    with DeliverySession(edited.connection, Resource.CUSTOMER) as session:
        session.reading_pipeline(lambda: None).ingest([observation], session.source({external_id: 1}))


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
    made = edited.create(name="Nieuwe Klant BV", email="nieuw@example.com")
    edited.sim.control.hold(method="POST", times=1)
    pushing = in_background(edited.push)
    assert edited.sim.control.wait_held(1)
    (external_id,) = (c["id"] for c in edited.sim.control.clients() if c["name"] == "Nieuwe Klant BV")
    webhook(edited, str(external_id))
    made.refresh_from_db()
    assert (made.state, made.external_id) == ("present", str(external_id))
    edited.sim.control.release()
    pushing.join()
    assert Customer.objects.filter(name="Nieuwe Klant BV").count() == 1
    assert edited.writes() == ["done"]
    assert edited.is_true()


def test_a_webhook_of_our_own_write_before_its_answer_is_no_conflict(edited: Edited) -> None:
    edited.edit("7", city="Gent")
    edited.sim.control.hold(method="PATCH", times=1)
    pushing = in_background(lambda: edited.push("7"))
    assert edited.sim.control.wait_held(1)
    webhook(edited, "7")
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
