"""Clients created later, and the small changes that people make to a client."""

from typing import Any

from counterfoil_simulators.data import online
from counterfoil_simulators.data.countries import BY_CODE, BY_SPELLING, Country
from counterfoil_simulators.data.dice import Dice
from counterfoil_simulators.data.phones import make_phone
from counterfoil_simulators.robaws.data.client import ClientMaker


def make_client(number: int, role: str, now: float, dice: Dice) -> dict[str, Any]:
    """Make a client created now."""
    client, _ = ClientMaker(dice).make(number, role, now, now)
    return client


def make_change(client: dict[str, Any], dice: Dice) -> dict[str, Any]:
    """Make a new value for a field that people often change: a phone number, the e-mail address, the city."""
    address = client.get("address") or {}
    country = BY_SPELLING.get(address.get("country") or "", BY_CODE["BE"])
    match dice.below(4):
        case 0:
            return _other(client, "tel", lambda: make_phone(country.code, dice, mobile=False))
        case 1:
            return _other(client, "gsm", lambda: make_phone(country.code, dice, mobile=True))
        case 2:
            at = online.make_domain(str(client.get("name")))
            return _other(
                client,
                "email",
                lambda: f"{dice.pick(('office', 'sales', 'export', 'new'))}{dice.below(100)}@{at}",
            )
        case _:
            return {"address": _moved(address, country, dice)}


def _other(client: dict[str, Any], field: str, throw: Any) -> dict[str, Any]:
    """Make a value that differs from the present one."""
    while (value := throw()) == client.get(field):
        pass
    return {field: value}


def _moved(address: dict[str, Any], country: Country, dice: Dice) -> dict[str, Any]:
    city, postal_code = dice.pick(country.cities)
    if city == address.get("city"):
        city = f"{city} {dice.between(2, 9)}"
    return address | {"city": city, "postalCode": postal_code}
