"""All clients of a tenant with their contacts, determined by seed and number of customers."""

from collections.abc import Iterator
from typing import Any

from counterfoil_simulators.clock import format_instant
from counterfoil_simulators.data.countries import Country
from counterfoil_simulators.data.dice import Dice
from counterfoil_simulators.data.odd_names import odd_positions
from counterfoil_simulators.data.online import make_domain
from counterfoil_simulators.robaws.data import fixed_clients, people, roles
from counterfoil_simulators.robaws.data.client import ClientMaker
from counterfoil_simulators.robaws.data.extra_fields import make_entry

NEWEST = 1_760_986_753.0
"""The newest `updatedAt`: 2025-10-20T18:59:13.000Z. Fixed, so that the data do not depend on the day."""
OLDEST_CREATED = 1_388_534_400.0
"""The first client was created on 2014-01-01."""
YEARS_OF_CHANGES = 3 * 365.25 * 86_400

type Client = dict[str, Any]


def customers(seed: int, count: int) -> Iterator[tuple[Client, list[Client]]]:
    """Yield clients in id order, each with its contacts (which have no ids yet)."""
    dice, maker = Dice(seed, 1), ClientMaker(Dice(seed, 2))
    ids = _ids(count, Dice(seed, 3))
    fixed = _fixed(count, ids)
    odd = {at: name for at, name in odd_positions(count).items() if at not in fixed}
    fixed_roles = {at: role for at, (_, role) in fixed.items()}
    assigned = roles.assign(count, Dice(seed, 4), fixed_roles)
    for position, number in enumerate(ids):
        created, updated = _dates(position / count, dice)
        client, country = maker.make(number, assigned[position], created, updated)
        if position in fixed:
            _make_fixed(client, *fixed[position])
        elif position in odd:
            client["name"] = odd[position]
        yield client, _contacts(client, country, dice)


def _ids(count: int, dice: Dice) -> list[int]:
    """Make rising ids with gaps for deleted clients; 3473 is among them when there are that many."""
    ids: list[int] = []
    last = 0
    for _ in range(count):
        following = last + (1 if dice.chance(0.93) else dice.between(2, 4))
        if last < fixed_clients.CARS_222_ID < following:
            following = fixed_clients.CARS_222_ID
        ids.append(following)
        last = following
    return ids


def _fixed(count: int, ids: list[int]) -> dict[int, tuple[Client, str]]:
    """Return the positions of the two customers that every data set has."""
    fixed: dict[int, tuple[Client, str]] = {}
    if count >= 3:
        fixed_id = fixed_clients.CARS_222_ID
        position = ids.index(fixed_id) if ids[-1] >= fixed_id else count - 1
        fixed[position] = (fixed_clients.CARS_222, fixed_clients.CARS_222_ROLE)
    if count >= 2:
        position = count // 3
        fixed[position + (position in fixed)] = (fixed_clients.AEON, fixed_clients.AEON_ROLE)
    return fixed


def _make_fixed(client: Client, values: Client, role: str) -> None:
    client.update(values)
    client["extraFields"]["Role"] = make_entry("Role", role)
    street = {"addressLine1": "Ras Al Khor Ind. Area 3", "addressLine2": None}
    client["address"] |= street | {"city": "Dubai", "postalCode": None, "country": "United Arab Emirates"}
    client["updatedAt"] = format_instant(NEWEST)


def _dates(progress: float, dice: Dice) -> tuple[float, float]:
    """Make dates: created in order of the ids; last changed within three years, more of them recently."""
    created = OLDEST_CREATED + (NEWEST - 86_400 - OLDEST_CREATED) * progress
    recently = dice.unit()
    changed = NEWEST - 1 - recently * recently * YEARS_OF_CHANGES
    return created, max(created, changed)


def _contacts(client: Client, country: Country, dice: Dice) -> list[Client]:
    dates = {"createdAt": client["createdAt"], "updatedAt": client["updatedAt"]}
    found = people.make_contacts(country, make_domain(client["name"]), dice)
    return [{"id": None, "clientId": client["id"], **contact, **dates} for contact in found]
