"""Law 6, accept then work: every delivery is finished, and its content goes through the one ingest."""

import socket
from datetime import timedelta

import orjson
import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from counterfoil.mirror.models import Change, Connection, Customer, QuarantinedRecord, Source, State, Usage
from counterfoil.webhooks import queue, worker
from counterfoil.webhooks.models import Delivery, DeliveryState
from counterfoil.webhooks.queue import replay
from tests.support.background import in_background
from tests.support.mirrored import Mirrored
from tests.webhooks.conftest import deliver_all

pytestmark = pytest.mark.django_db(transaction=True)


def states() -> list[str]:
    """List the states of all deliveries, in order."""
    return list(Delivery.objects.order_by("id").values_list("state", flat=True))


def test_a_change_arrives_without_a_single_call(mirror: Mirrored) -> None:
    mirror.sim.control.reset_stats()
    mirror.sim.control.change(["7"], fields={"tel": "+32 3 123 45 67"})
    assert deliver_all(mirror) == 1
    row = mirror.row("7")
    assert row.phone == "+32 3 123 45 67"
    (delivery,) = Delivery.objects.all()
    assert (delivery.state, delivery.event, delivery.external_id) == ("applied", "client.updated", "7")
    assert delivery.duration is not None
    change = Change.objects.get(record_id=row.pk, field="phone")
    assert (change.source, change.reference) == (Source.DELIVERY, delivery.pk)
    assert mirror.sim.control.stats()["requests"] == 0


def test_a_new_client_names_its_webhook_as_its_source(mirror: Mirrored) -> None:
    (new,) = mirror.sim.control.add()
    deliver_all(mirror)
    row = mirror.row(new)
    delivery = Delivery.objects.get()
    assert (row.first_source, row.first_reference) == (Source.DELIVERY, delivery.pk)
    assert delivery.event == "client.created"


def test_a_then_b_then_a_again_is_three_changes(mirror: Mirrored) -> None:
    before = mirror.row("7").phone
    for tel in ("+32 3 111 11 11", "+32 3 222 22 22", "+32 3 111 11 11"):
        mirror.sim.control.clock_move(1)
        mirror.sim.control.change(["7"], fields={"tel": tel})
        deliver_all(mirror)
    assert [(old, new) for field, old, new in mirror.history("7") if field == "phone"] == [
        (before, "+32 3 111 11 11"),
        ("+32 3 111 11 11", "+32 3 222 22 22"),
        ("+32 3 222 22 22", "+32 3 111 11 11"),
    ]
    assert states() == ["applied"] * 3


def test_deliveries_in_the_wrong_order_end_with_the_latest_values(mirror: Mirrored) -> None:
    control = mirror.sim.control
    control.webhooks_pause()
    for number in range(1, 6):
        control.clock_move(1)
        control.change(["7", "8"], fields={"tel": f"+32 3 {number}00 00 00"})
    assert control.webhooks_flush(reverse=True) == 10
    control.reset_stats()
    worker.process_due()
    assert mirror.is_true()
    assert sorted(states()) == ["applied"] * 2 + ["stale"] * 8
    assert control.stats()["requests"] == 0


def test_the_second_of_two_events_in_one_second_is_not_lost(mirror: Mirrored) -> None:
    """Their modified times are equal, so one live read decides."""
    control = mirror.sim.control
    control.clock_freeze()
    control.change(["7"], fields={"tel": "+32 3 111 11 11"})
    control.change(["7"], fields={"tel": "+32 3 222 22 22"})
    control.wait_webhooks()
    control.reset_stats()
    worker.process_due()
    assert mirror.row("7").phone == "+32 3 222 22 22"
    assert control.stats()["requests"] <= 1
    assert set(states()) <= {"applied", "stale"}


def test_a_repeated_delivery_changes_nothing_and_ends_as_a_duplicate(mirror: Mirrored) -> None:
    control = mirror.sim.control
    control.switch(webhook_duplicates=1.0)
    control.change(["7"], fields={"tel": "+32 3 111 11 11"})
    deliver_all(mirror)
    assert states() == ["applied", "duplicate"]
    event = Delivery.objects.first()
    assert event is not None
    version = mirror.row("7").version
    control.fire("7", event_id=event.event_id)
    deliver_all(mirror)
    assert states() == ["applied", "duplicate", "duplicate", "duplicate"][: len(states())]
    assert mirror.row("7").version == version


def test_a_late_update_of_a_deleted_record_is_read_once_and_revives_nothing(mirror: Mirrored) -> None:
    control = mirror.sim.control
    late = control.client("7")
    control.delete(["7"])
    mirror.sync(full=True)
    assert mirror.row("7").state == State.TOMBSTONE
    control.reset_stats()
    control.fire(data=late)
    deliver_all(mirror)
    assert mirror.row("7").state == State.TOMBSTONE
    assert control.stats()["requests"] == 1
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.calls) == ("applied", 1)
    assert Usage.objects.get(kind="delivery").calls == 1, "after people's calls, before a run's"


def test_law_1_a_page_requested_before_a_delivery_does_not_undo_it(mirror: Mirrored) -> None:
    control = mirror.sim.control
    control.hold(path="/clients", times=1)
    page = in_background(lambda: mirror.sync(full=True))
    assert control.wait_held()
    control.change(["7"], fields={"tel": "+32 3 111 11 11"})
    deliver_all(mirror)
    control.release()
    page.join()
    assert mirror.row("7").phone == "+32 3 111 11 11"


def test_a_failed_delivery_is_retried_and_blocks_no_later_one(mirror: Mirrored) -> None:
    control = mirror.sim.control
    control.delete(["7"])
    mirror.sync(full=True)
    control.fault("server_error", path="/clients/7")
    control.fire(data={"id": "7", "name": "Late", "updatedAt": "2020-01-01T00:00:00.000Z"})
    control.change(["8"], fields={"tel": "+32 3 111 11 11"})
    deliver_all(mirror)
    assert states() == ["failed", "applied"]
    assert mirror.row("8").phone == "+32 3 111 11 11"
    failed = Delivery.objects.get(state=DeliveryState.FAILED)
    assert failed.next_try_at is not None
    assert "500" in failed.reason
    assert worker.process_due() == 0, "not before its time"

    control.clear_faults()
    with time_machine.travel(failed.next_try_at + timedelta(seconds=1)):
        worker.process_due()
    assert states() == ["applied", "applied"]


def test_a_delivery_that_fails_too_often_is_dead_with_its_reason(mirror: Mirrored) -> None:
    control = mirror.sim.control
    control.delete(["7"])
    mirror.sync(full=True)
    control.fault("server_error", path="/clients/7")
    control.fire(data={"id": "7", "name": "Late", "updatedAt": "2020-01-01T00:00:00.000Z"})
    deliver_all(mirror)
    Delivery.objects.update(tries=queue.MOST_TRIES - 1, next_try_at=timezone.now())
    worker.process_due()
    (dead,) = Delivery.objects.all()
    assert (dead.state, dead.tries) == ("dead", queue.MOST_TRIES)
    assert "500" in dead.reason


def test_a_record_that_cannot_be_imported_is_quarantined_and_others_go_on(mirror: Mirrored) -> None:
    odd = {"id": "9001", "name": {"not": "a name"}, "updatedAt": "2026-01-01T00:00:00.000Z"}
    mirror.sim.control.fire(data=odd)
    mirror.sim.control.change(["8"], fields={"tel": "+32 3 111 11 11"})
    deliver_all(mirror)
    first, second = Delivery.objects.order_by("id")
    assert second.state == "applied"
    here = Customer.objects.filter(external_id="9001").exists()
    aside = QuarantinedRecord.objects.filter(external_id="9001", resolved_at=None).exists()
    assert (first.state, here, aside) in {("dead", False, True), ("applied", True, False)}


def test_deliveries_of_a_dead_process_are_taken_over_at_once(mirror: Mirrored) -> None:
    mirror.sim.control.change(["7"], fields={"tel": "+32 3 111 11 11"})
    mirror.sim.control.wait_webhooks()
    batch = queue.claim_batch()
    assert batch is not None
    assert worker.process_due() == 0, "claimed by a live process"
    gone = f"0/{socket.gethostname()}:{2**22 + 1}:1"
    Delivery.objects.update(claim=gone)
    assert worker.process_due() == 1
    with pytest.raises(queue.LostClaim), transaction.atomic():
        batch.check([delivery.pk for delivery in batch.deliveries])
    assert states() == ["applied"]


def test_a_replay_keeps_its_place_in_the_order_and_undoes_nothing_newer(mirror: Mirrored) -> None:
    for tel in ("+32 3 111 11 11", "+32 3 222 22 22"):
        mirror.sim.control.clock_move(1)
        mirror.sim.control.change(["7"], fields={"tel": tel})
        deliver_all(mirror)
    first = Delivery.objects.order_by("id")[0]
    assert replay(Delivery.objects.filter(pk=first.pk)) == 1
    assert worker.process_due() == 1
    assert mirror.row("7").phone == "+32 3 222 22 22"
    first.refresh_from_db()
    assert first.state == "stale"


def test_a_replay_imports_what_a_bug_of_ours_kept_out(mirror: Mirrored) -> None:
    mirror.sim.control.change(["7"], fields={"tel": "+32 3 111 11 11"})
    mirror.sim.control.wait_webhooks()
    Delivery.objects.update(state=DeliveryState.DEAD, reason="a bug")
    assert worker.process_due() == 0
    replay(Delivery.objects.filter(state=DeliveryState.DEAD))
    worker.process_due()
    assert (states(), mirror.row("7").phone) == (["applied"], "+32 3 111 11 11")


def test_a_delivery_whose_body_was_deleted_has_its_record_read(mirror: Mirrored) -> None:
    mirror.sim.control.change(["7"], fields={"tel": "+32 3 111 11 11"})
    mirror.sim.control.wait_webhooks()
    Delivery.objects.update(body=None)
    worker.process_due()
    assert mirror.row("7").phone == "+32 3 111 11 11"
    assert Delivery.objects.get().calls == 1


def test_deliveries_of_a_missing_connector_fail_with_a_reason(mirror: Mirrored) -> None:
    mirror.sim.control.change(["7"], fields={"tel": "+32 3 111 11 11"})
    mirror.sim.control.wait_webhooks()
    Connection.objects.update(connector="no-such")
    worker.process_due()
    assert states() == ["failed"]
    assert "which is not installed" in Delivery.objects.get().reason
    Connection.objects.update(connector="robaws")
    Delivery.objects.update(next_try_at=None)
    worker.process_due()
    assert states() == ["applied"]


def test_an_echo_of_what_is_already_here_changes_nothing(mirror: Mirrored) -> None:
    before = mirror.row("7")
    mirror.sim.control.fire("7")
    deliver_all(mirror)
    after = mirror.row("7")
    assert (after.version, after.updated_at, mirror.history("7")) == (before.version, before.updated_at, [])
    assert states() == ["applied"]


def test_a_record_that_was_read_but_cannot_be_imported_is_not_applied(mirror: Mirrored) -> None:
    mirror.sim.control.change(["7"], fields={"name": {"not": "a name"}})
    mirror.sim.control.wait_webhooks()
    Delivery.objects.update(body=None)  # so that it is read
    worker.process_due()
    (delivery,) = Delivery.objects.all()
    assert (delivery.state, delivery.reason, delivery.calls) == (
        "dead",
        "The record was fetched but could not be imported.",
        1,
    )
    assert QuarantinedRecord.objects.filter(external_id="7", resolved_at=None).exists()


def send(mirror: Mirrored, body: bytes, event: str = "client.updated") -> None:
    """Have the simulator send a webhook with this body about client 7, whether or not it was subscribed to."""
    for endpoint in mirror.sim.control.tenant.webhooks.endpoints.values():
        endpoint.events = (*endpoint.events, event)
    mirror.sim.control.tenant.webhooks.notify(event, 7, body)
    deliver_all(mirror)


def test_keys_that_a_webhook_lacks_leave_their_values(mirror: Mirrored) -> None:
    before = mirror.row("7")
    mirror.sim.control.switch(webhook_omits=["tel", "extraFields", "email"])
    mirror.sim.control.reset_stats()
    mirror.sim.control.change(["7"], fields={"address": {"city": "Hasselt"}})
    deliver_all(mirror)
    row = mirror.row("7")
    assert (row.city, row.phone, row.email, row.extra) == ("Hasselt", before.phone, before.email, before.extra)
    assert row.upstream_role == before.upstream_role
    assert (states(), mirror.sim.control.stats()["requests"]) == (["applied"], 0)


def test_extra_fields_by_guid_clear_nothing_and_the_record_is_read(mirror: Mirrored) -> None:
    before = mirror.row("7")
    mirror.sim.control.switch(webhook_extra_fields_by_guid=True)
    mirror.sim.control.change(["7"], fields={"tel": "+32 3 123 45 67", "extraFields": {"Role": "OEM"}})
    deliver_all(mirror)
    row = mirror.row("7")
    assert (row.phone, row.upstream_role) == ("+32 3 123 45 67", "OEM")
    assert row.extra.keys() == before.extra.keys()


@pytest.mark.parametrize("event", ["client.updated", "client.deleted"])
def test_law_3_a_webhook_that_says_deleted_only_asks_for_a_single_read(mirror: Mirrored, event: str) -> None:
    before = mirror.row("7")
    send(mirror, b'{"id":"7","deleted":true}', event)
    row = mirror.row("7")
    assert (row.state, row.is_active, row.name, row.phone) == ("present", True, before.name, before.phone)
    mirror.sim.control.fault("deleted_body", client="7")
    send(mirror, b'{"id":"7","deletedAt":"2026-11-01T00:00:00Z"}', event)
    assert (mirror.row("7").state, mirror.row("7").is_active, mirror.row("7").name) == (
        "tombstone",
        False,
        before.name,
    )
    assert states() == ["applied", "applied"]


@pytest.mark.parametrize("name", ["  ", "\u200b", ""])
def test_law_9_a_webhook_with_a_blank_name_keeps_the_known_one(mirror: Mirrored, name: str) -> None:
    before = mirror.row("7")
    body = mirror.sim.control.client("7") | {"name": name, "updatedAt": "2030-01-01T00:00:00.000Z"}
    send(mirror, orjson.dumps(body))
    row = mirror.row("7")
    assert (row.name, row.state, row.is_active) == (before.name, "present", True)
    assert row.invalid["name"] == "no name given; the earlier name is kept"


def test_a_webhook_of_a_new_client_that_lacks_its_name_has_it_read(mirror: Mirrored) -> None:
    (new,) = mirror.sim.control.add(silent=True)
    send(mirror, orjson.dumps({"id": new, "tel": "1"}), "client.created")
    assert mirror.row(new).name
    assert states() == ["applied"]
