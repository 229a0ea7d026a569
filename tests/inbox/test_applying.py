"""Law 6, accept then work: every delivery ends, and what it tells comes in through the one door."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from counterfoil.inbox import backoff, working
from counterfoil.inbox.models import Delivery, DeliveryState
from counterfoil.mirror.models import Change, Customer, Source, State
from counterfoil.simulator.robaws import RobawsSimulator
from tests.inbox.conftest import told
from tests.support.mirrored import Mirrored

pytestmark = pytest.mark.django_db(transaction=True)


def states() -> list[str]:
    """Of all deliveries, in their order."""
    return list(Delivery.objects.order_by("id").values_list("state", flat=True))


def test_a_change_upstream_is_here_without_a_single_call(mirror: Mirrored) -> None:
    mirror.sim.control.reset_stats()
    (changed,) = mirror.sim.control.change(["7"], fields={"tel": "+32 3 123 45 67"})
    assert told(mirror) == 1
    row = mirror.row("7")
    assert row.phone == "+32 3 123 45 67"
    (delivery,) = Delivery.objects.all()
    assert (delivery.state, delivery.event, delivery.external_id) == ("applied", "client.updated", "7")
    assert delivery.duration is not None
    change = Change.objects.get(record_id=row.pk, field="phone")
    assert (change.source, change.reference) == (Source.DELIVERY, delivery.pk)
    assert mirror.sim.control.stats()["requests"] == 0
