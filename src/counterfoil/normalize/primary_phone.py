"""Choose the number to call a customer at, among its own and those of its contact persons."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from counterfoil.normalize.phone import phone


class Reachable(NamedTuple):
    """The numbers of a person, or a customer's own, as typed or in E.164."""

    mobile: str | None
    phone: str | None
    is_primary: bool = False


class FoundPhone(NamedTuple):
    """A number in E.164 and the index of its person; None for the customer's own number."""

    number: str
    person: int | None


def primary_phone(persons: Sequence[Reachable], own: Reachable, region: str | None) -> FoundPhone | None:
    """Return the first valid number of: the primary person, the first person, the customer itself.

    Of each, the mobile comes before the phone. Returns None if no number is valid. `persons` are in the upstream's
    order; `region` is the ISO code of the country of numbers without a country code.
    """
    for person, raw in _in_order(persons, own):
        number = phone(raw, region).value
        if number is not None:
            return FoundPhone(number, person)
    return None


def _in_order(persons: Sequence[Reachable], own: Reachable) -> Iterator[tuple[int | None, str | None]]:
    primary = next((at for at, person in enumerate(persons) if person.is_primary), None)
    for at in dict.fromkeys((primary, 0 if persons else None)):
        if at is not None:
            yield at, persons[at].mobile
            yield at, persons[at].phone
    yield None, own.mobile
    yield None, own.phone
