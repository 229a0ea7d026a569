"""Law 6 without a key: a webhook whose secret cannot be opened is answered 503, and all others are received."""

import pytest
from cryptography.fernet import Fernet
from pytest_django.live_server_helper import LiveServer

from counterfoil.connections import encryption
from counterfoil.webhooks import register
from counterfoil.webhooks.endpoints import NEW
from counterfoil.webhooks.models import Delivery, Endpoint
from counterfoil.webhooks.verify import MAX_BODY_BYTES
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored
from tests.webhooks.test_receiving import CHANGED, SECRET, Receiver, signed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

LOST = "a-secret-of-before"


@pytest.fixture
def half(sim: RobawsSimulator, live_server: LiveServer) -> Receiver:
    """Make two endpoints, one of which was encrypted with a key that is lost."""
    url = f"{live_server.url}/api/webhooks/robaws/customers"
    first, second = Mirrored.connect(sim).connection, Mirrored.connect(sim, "other").connection
    register.accept(first, url, SECRET)
    register.accept(second, url, LOST)
    lost = Fernet(Fernet.generate_key()).encrypt(b"{}").decode()
    Endpoint.objects.filter(connection=second).update(sealed=lost)
    return Receiver(second, live_server.url)


def test_law_6_one_lost_secret_costs_the_others_no_webhook(half: Receiver) -> None:
    assert half.post() == (200, "received")
    assert half.post(header=signed(CHANGED, LOST)) == (503, "try again")
    large = b"x" * (MAX_BODY_BYTES + 1)
    assert half.post(large, signed(large, LOST)) == (503, "try again")
    assert Delivery.objects.count() == 1


def test_accepting_a_secret_again_replaces_the_lost_one(half: Receiver) -> None:
    endpoint = register.accept(half.connection, Endpoint.objects.get(connection=half.connection).url, LOST)
    assert encryption.unseal(endpoint.sealed) == {NEW: LOST}
