"""Choose how to reach a customer: by which number and which address, its own or one of its contact persons."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from counterfoil.normalize.phone import phone


class Reachable(NamedTuple):
    """The numbers of a person, or a customer's own, as typed or in E.164, and the normalised e-mail address."""

    mobile: str | None
    phone: str | None
    is_primary: bool = False
    email: str | None = None


class Found(NamedTuple):
    """A number in E.164 or an address, and the index of its person; None for the customer's own."""

    value: str
    person: int | None


def best_phone(persons: Sequence[Reachable], own: Reachable, region: str | None) -> Found | None:
    """Return the first valid number of: the primary person, the first person, the customer itself.

    Of each, the mobile comes before the phone. Returns None if no number is valid. `persons` are in the upstream's
    order; `region` is the ISO code of the country of numbers without a country code.
    """
    for person, reachable in _in_order(persons, own):
        for raw in (reachable.mobile, reachable.phone):
            number = phone(raw, region).value
            if number is not None:
                return Found(number, person)
    return None


def best_email(persons: Sequence[Reachable], own: Reachable) -> Found | None:
    """Return the first address of: the primary person, the first person, the customer itself."""
    found = (Found(one.email, person) for person, one in _in_order(persons, own) if one.email)
    return next(found, None)


def _in_order(persons: Sequence[Reachable], own: Reachable) -> Iterator[tuple[int | None, Reachable]]:
    primary = next((at for at, person in enumerate(persons) if person.is_primary), None)
    for at in dict.fromkeys((primary, 0 if persons else None)):
        if at is not None:
            yield at, persons[at]
    yield None, own
