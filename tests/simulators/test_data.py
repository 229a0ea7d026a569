"""The invented customers: identical on every machine, with the roles of a live tenant (contract section 8.5)."""

import hashlib
from collections import Counter
from typing import Any

import orjson
import pytest
from stdnum.be import vat as be_vat
from stdnum.de import vat as de_vat
from stdnum.fr import tva as fr_vat
from stdnum.gb import vat as gb_vat
from stdnum.lu import tva as lu_vat
from stdnum.nl import btw as nl_vat

from counterfoil_simulators.data import vat
from counterfoil_simulators.data.dice import Dice
from counterfoil_simulators.data.odd_names import ODD_NAMES
from counterfoil_simulators.robaws.data import roles
from counterfoil_simulators.robaws.data.dataset import customers
from counterfoil_simulators.robaws.data.extra_fields import DEFINITIONS


@pytest.fixture(scope="module")
def live() -> list[dict[str, Any]]:
    """Make the customers of a tenant as large as the live one."""
    return [client for client, _ in customers(1, 4017)]


def _role(client: dict[str, Any]) -> str:
    return str((client["extraFields"].get("Role") or {}).get("stringValue") or "")


def test_same_seed_gives_the_same_bytes_on_every_machine() -> None:
    """After an intended change, put the new digest here; otherwise something is not deterministic."""
    digest = hashlib.sha256()
    for pair in customers(7, 500):
        digest.update(orjson.dumps(pair))
    assert digest.hexdigest()[:16] == "4a0fbbd87885589c"
    assert list(customers(7, 40)) == list(customers(7, 40))
    assert list(customers(7, 40)) != list(customers(8, 40))


def test_roles_are_distributed_as_on_the_live_tenant(live: list[dict[str, Any]]) -> None:
    assert sum(roles.LIVE_COUNTS.values()) == 4017
    assert Counter(_role(client).strip().upper() for client in live) == roles.LIVE_COUNTS
    written = {_role(client) for client in live}
    assert "pov" in written
    assert any(role != role.strip() for role in written)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10, 99, 1000])
def test_scaled_distribution_always_sums_up(count: int) -> None:
    assert sum(roles.distribution(count).values()) == count
    assert len(list(customers(1, count))) == count


@pytest.mark.parametrize("count", [2, 3, 25, 4017, 5000])
def test_aeon_shipping_is_always_there_as_pov(count: int) -> None:
    [aeon] = [client for client, _ in customers(3, count) if client["name"] == "Aeon Shipping LLC"]
    assert _role(aeon) == "POV"


@pytest.mark.parametrize(("count", "known_id"), [(3, None), (25, None), (3473, "3473"), (4017, "3473")])
def test_222_cars_is_always_there(count: int, known_id: str | None) -> None:
    [cars] = [client for client, _ in customers(3, count) if client["name"] == "222 CARS"]
    assert cars["id"] == (known_id or cars["id"])
    assert _role(cars) == "LUXURY CAR DEALER"
    assert (cars["email"], cars["tel"], cars["website"]) == (
        "info@222motors.ae",
        "+971559659999",
        "https://www.222motors.ae",
    )


def test_ids_rise_with_gaps(live: list[dict[str, Any]]) -> None:
    numbers = [int(client["id"]) for client in live]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] > 4017


def test_dates_spread_over_three_years_before_a_fixed_day(live: list[dict[str, Any]]) -> None:
    updated = sorted(client["updatedAt"] for client in live)
    assert updated[0] < "2023"
    assert updated[-1] == "2025-10-20T18:59:13.000Z"
    assert all(client["createdAt"] <= client["updatedAt"] for client in live)


def test_every_oddity_is_among_them(live: list[dict[str, Any]]) -> None:
    names = Counter(client["name"] for client in live)
    assert set(ODD_NAMES) <= set(names)
    assert sum(1 for count in names.values() if count > 1) > 20
    countries = {client["address"]["country"] for client in live}
    assert {"België", "BE", "Belgium", "Belgique", "", None} <= countries
    emails = [client["email"] for client in live]
    assert {None, "", "n/a"} <= set(emails)
    assert any(email and email.endswith(" ") for email in emails)
    assert any(email and email.count("@") == 2 and ";" in email for email in emails)
    assert any(client["tel"] and "/" in client["tel"] for client in live)
    assert {"nl", "NL", "fr", "en", None} <= {client["language"] for client in live}


def test_a_share_of_the_clients_has_the_other_extra_fields(live: list[dict[str, Any]]) -> None:
    labels = {label for client in live for label in client["extraFields"]}
    assert labels <= set(DEFINITIONS)
    assert {"Legal form", "G/L account", "Follow-up date", "WhatsApp", "Peppol", "Loyalty nr"} <= labels
    ticks = [client["extraFields"]["WhatsApp"] for client in live if "WhatsApp" in client["extraFields"]]
    assert any(tick.get("numberValue") == 1 for tick in ticks)
    assert any(tick.get("booleanValue") is True for tick in ticks)


def test_about_thirty_percent_have_one_to_three_contacts() -> None:
    counts = Counter(len(contacts) for _, contacts in customers(1, 2000))
    assert set(counts) == {0, 1, 2, 3}
    assert 0.25 < 1 - counts[0] / 2000 < 0.35


def test_invented_addresses_cannot_reach_anybody(live: list[dict[str, Any]]) -> None:
    """Domains are reserved ones; free-mail addresses have a mark that no real one has."""
    for client in live:
        email = (client["email"] or "").strip().lower()
        if "@" in email and client["name"] != "222 CARS":
            assert email.endswith(".example") or ".sim" in email, email


@pytest.mark.parametrize(
    ("make", "module"),
    [
        (vat.make_belgian_vat, be_vat),
        (vat.make_dutch_vat, nl_vat),
        (vat.make_german_vat, de_vat),
        (vat.make_french_vat, fr_vat),
        (vat.make_luxembourg_vat, lu_vat),
        (vat.make_british_vat, gb_vat),
    ],
)
def test_vat_check_digits_are_right(make: Any, module: Any) -> None:
    dice = Dice(1)
    for _ in range(200):
        number = make(dice)
        assert module.is_valid(number), number
