"""`counterfoil webhooks`: deliveries and their results, replays, and endpoints."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.cli import time_input
from counterfoil.errors import InvalidInput
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.console import serving
from tests.support.install import Install
from tests.support.patience import until

pytestmark = pytest.mark.once

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    with RobawsSimulator(customers=30, seed=3, rate=None) as simulator:
        simulator.control.switch(webhook_activation_seconds=0)
        yield simulator


def test_an_operator_registers_an_endpoint_and_replays_a_delivery(install: Install, sim: RobawsSimulator) -> None:
    install.connect(sim)
    assert "No deliveries yet." in install.run("webhooks", "list").stderr
    with serving(install) as url:
        address = f"{url}/api/webhooks/robaws/customers"
        done = install.run("webhooks", "register", "acme", "--url", address)
        assert f"Robaws has registered {address}" in done.stdout.replace("\n", "")
        secret = sim.control.webhook_endpoints()[0]["secret"]
        assert secret not in done.stdout + done.stderr
        again = install.run("webhooks", "register", "acme", "--url", address)
        assert again.returncode == 2
        assert "everything would arrive twice" in again.stderr
        sim.control.change(["7"], fields={"tel": "+32 3 111 11 11"})
        until(lambda: install.sql("SELECT count(*) FROM counterfoil_delivery") == [(1,)])
    assert address in install.run("webhooks", "endpoints").stdout.replace("\n", "")
    (delivery,) = install.json("webhooks", "list", "--json")
    assert (delivery["connection"], delivery["event"], delivery["external_id"]) == ("acme", "client.updated", "7")
    assert "client.updated" in install.run("webhooks", "show", str(delivery["id"])).stdout
    assert '"tel":"+32 3 111 11 11"' in install.run("webhooks", "show", str(delivery["id"]), "--body").stdout
    assert "webhooks" in install.run("status").stdout
    install.sql("UPDATE counterfoil_delivery SET state = 'dead'")
    assert "1 delivery will be processed again" in install.run("webhooks", "replay", "--state", "dead").stdout
    assert install.sql("SELECT state FROM counterfoil_delivery") == [("received",)]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("list", "--state", "lost"), "is not a state of a delivery"),
        (("list", "--since", "yesterday"), "is not a date or time"),
        (("show", "12345"), "There is no delivery 12345."),
        (("replay",), "Which deliveries?"),
        (("register", "acme", "--url", "http://example.org/api/webhooks/robaws/customers"), "they need HTTPS"),
        (("register", "acme", "--url", "https://example.org/elsewhere"), "are not received at this address"),
        (("forget", "acme", "--url", "https://example.org/none"), "has no endpoint at this address"),
    ],
)
def test_a_command_that_cannot_be_carried_out_is_one_clear_line(
    install: Install, sim: RobawsSimulator, words: tuple[str, ...], complaint: str
) -> None:
    install.connect(sim)
    done = install.run("webhooks", *words)
    assert done.returncode in {1, 2}
    assert complaint in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@given(st.integers(1, 9999), st.sampled_from("mhd"))
def test_an_age_is_typed_in_minutes_hours_or_days(number: int, unit: str) -> None:
    length = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}[unit]
    assert time_input.parse(f" {number}{unit.upper()} ", NOW) == NOW - number * length


def test_a_day_is_read_in_the_zone_of_the_user() -> None:
    assert time_input.parse("2026-04-30", NOW) == datetime(2026, 4, 30, tzinfo=UTC)
    for text in ("30/04/2026", "999999d", "0001-01-01T00:00+14:00", ""):
        with pytest.raises(InvalidInput):
            time_input.parse(text, NOW)
