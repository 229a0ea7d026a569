"""The organisations of a simulated user, each with another zone, plan and format (contract section 1)."""

from counterfoil_simulators.data.dice import Dice
from counterfoil_simulators.zoho_books.organization import Profile

_KINDS = (
    Profile(
        "Harbour Road Trading Inc.",
        "America/New_York",
        "US",
        "U.S.A.",
        "USD",
        "$",
        "Professional",
        260_000_000_000_000_000,
    ),
    Profile(
        "Banyan Exports Pvt Ltd",
        "Asia/Kolkata",
        "IN",
        "India",
        "INR",
        "₹",
        "Standard",
        4_600_000_000_000_000_000,
        with_gst=True,
    ),
    Profile(
        "Scheldt Commerce BV",
        "Europe/Brussels",
        "BE",
        "Belgium",
        "EUR",
        "€",
        "Premium",
        710_000_000_000_000_000,
    ),
)
_APART = 10_000_000_000_000
"""The distance of the id ranges of organisations of one kind."""


def profiles(count: int) -> list[Profile]:
    """Return the first `count` profiles: American, Indian with 19-digit ids and GST, Belgian, then again."""
    found = []
    for at in range(count):
        kind, again = _KINDS[at % len(_KINDS)], at // len(_KINDS)
        name = f"{kind.name} {again + 1}" if again else kind.name
        found.append(kind._replace(name=name, first_id=kind.first_id + again * _APART))
    return found


def organization_ids(seed: int, count: int) -> list[str]:
    """Make different ids of nine digits."""
    dice, found = Dice(seed, 92), list[str]()
    while len(found) < count:
        number = "6" + dice.digits(8)
        if number not in found:
            found.append(number)
    return found
