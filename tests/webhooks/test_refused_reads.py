"""Law 9 by webhook: an id that is refused, or a record that may not be read, costs only its own delivery."""

import pytest

from counterfoil.mirror.models import RunKind, RunState
from counterfoil.webhooks.models import Delivery, DeliveryState
from tests.support.mirrored import Mirrored
from tests.webhooks.conftest import deliver_all

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("odd", ["abc", "<img src=x onerror=alert(1)>", ".."])
def test_law_9_an_odd_id_that_came_by_webhook_stops_no_later_sync(mirror: Mirrored, odd: str) -> None:
    control = mirror.sim.control
    mirror.sync_all()
    control.fire(data={"id": odd, "name": "Odd"})
    deliver_all(mirror)
    assert mirror.row(odd).name == "Odd"
    for hour in range(1, 3):
        control.clock_move(3600)
        new = control.add_contact(control.add()[0], {"gsm": f"0475 00 00 0{hour}"})
        runs = mirror.sync_all()
        assert {run.state for run in runs.values()} == {RunState.COMPLETED}
        assert (runs["contact_person"].kind, runs["contact_person"].created) == (RunKind.INCREMENTAL, 1), new


@pytest.mark.parametrize("status", [400, 403, 410, 422])
def test_law_9_a_refused_read_costs_only_its_delivery(mirror: Mirrored, status: int) -> None:
    control = mirror.sim.control
    control.delete(["7"])
    mirror.sync(full=True)
    control.fault("error", path="/clients/7", status=status)
    control.fire(data={"id": "7", "name": "Late", "updatedAt": "2020-01-01T00:00:00.000Z"})
    control.change(["8"], fields={"tel": "+32 3 111 11 11"})
    deliver_all(mirror)
    assert mirror.row("8").phone == "+32 3 111 11 11"
    failed = Delivery.objects.get(external_id="7")
    assert (failed.state, str(status) in failed.reason) == (DeliveryState.FAILED, True)
