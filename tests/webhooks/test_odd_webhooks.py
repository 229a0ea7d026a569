"""Laws 6 and 9: whatever stands in a webhook costs that webhook alone, and none vanishes."""

from typing import Any

import pytest
from django.db import OperationalError

from counterfoil.mirror.models import Customer, QuarantinedRecord
from counterfoil.webhooks import process, worker
from counterfoil.webhooks.models import Delivery
from counterfoil_simulators.odd_payloads import SPOIL
from tests.support.mirrored import Mirrored
from tests.webhooks.conftest import deliver_all

pytestmark = pytest.mark.django_db(transaction=True)

JSON = [shape for shape in SPOIL if shape.startswith(("nul_", "long_"))]


def states() -> list[str]:
    return list(Delivery.objects.order_by("id").values_list("state", flat=True))


def test_law_9_webhooks_that_cannot_be_stored_never_block_the_others(mirror: Mirrored) -> None:
    control = mirror.sim.control
    for at, shape in enumerate(JSON):
        control.switch(webhook_oddity=shape)
        control.change([str(at + 1)], fields={"tel": "+32 3 111 11 11"})
        control.switch(webhook_oddity="")
        control.change([str(at + 20)], fields={"tel": "+32 3 222 22 22"})
    deliver_all(mirror)
    assert states() == ["dead", "applied"] * len(JSON)
    reasons = Delivery.objects.filter(state="dead").values_list("reason", flat=True)
    assert all(reason.startswith("Could not be imported: ") for reason in reasons)
    assert QuarantinedRecord.objects.count() == len(JSON)
    assert mirror.row("20").phone == "+32 3 222 22 22"
    mirror.sync(full=True)
    assert mirror.is_true()
    assert not QuarantinedRecord.objects.filter(resolved_at=None).exists()


def test_law_6_a_webhook_that_no_parser_reads_has_its_record_read(mirror: Mirrored) -> None:
    shapes = [shape for shape in SPOIL if shape not in JSON]
    for at, shape in enumerate(shapes):
        mirror.sim.control.switch(webhook_oddity=shape)
        mirror.sim.control.change([str(at + 1)], fields={"tel": "+32 3 111 11 11"})
    deliver_all(mirror)
    assert set(states()) <= {"applied", "dead"}
    read = Delivery.objects.filter(state="applied")
    assert set(read.values_list("calls", flat=True)) == {1}
    left = [str(shapes.index(shape) + 1) for shape in shapes if shape == "nested_objects"]
    dead = Delivery.objects.filter(state="dead")
    assert list(dead.values_list("external_id", flat=True)) == left, "this one is JSON, only too deep"
    for at in range(len(shapes)):
        if str(at + 1) not in left:
            assert mirror.row(str(at + 1)).phone == "+32 3 111 11 11"


def test_law_9_a_webhook_whose_record_is_odd_upstream_too_is_dead_and_quarantined(mirror: Mirrored) -> None:
    mirror.sim.control.switch(webhook_oddity="surrogate")
    mirror.sim.control.fault("garbage", client="7", shape="surrogate")
    mirror.sim.control.change(["7"], fields={"tel": "+32 3 111 11 11"})
    mirror.sim.control.change(["8"], fields={"tel": "+32 3 111 11 11"})
    deliver_all(mirror)
    assert states() == ["dead", "applied"]
    assert QuarantinedRecord.objects.get().external_id == "7"


@pytest.mark.parametrize("error", [ValueError, OperationalError])
def test_law_9_what_fails_for_all_together_is_tried_one_by_one(
    mirror: Mirrored, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """A bug that one webhook brings out; PostgreSQL calls some refused values operational errors."""
    sort = process.sort_deliveries

    def sort_badly(connection: Any, deliveries: list[Delivery]) -> Any:
        if any(delivery.external_id == "7" for delivery in deliveries):
            raise error("a bug")
        return sort(connection, deliveries)

    monkeypatch.setattr(process, "sort_deliveries", sort_badly)
    monkeypatch.setattr(process, "is_outage", lambda _: False)
    for client in ("6", "7", "8"):
        mirror.sim.control.change([client], fields={"tel": "+32 3 111 11 11"})
    deliver_all(mirror)
    assert states() == ["applied", "failed", "applied"]
    assert worker.process_due() == 0
    assert Customer.objects.filter(phone="+32 3 111 11 11").count() == 2
