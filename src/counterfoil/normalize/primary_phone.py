"""The one number to call a customer at, out of those of its contact persons and its own."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from counterfoil.normalize.phone import phone


class Reachable(NamedTuple):
    """A person's numbers, or a customer's own, as they were typed or in E.164."""

    mobile: str | None
    phone: str | None
    is_primary: bool = False


class FoundPhone(NamedTuple):
    """A number in E.164, and the position of the person whose it is; None: it is the customer's own."""

    number: str
    person: int | None


def primary_phone(persons: Sequence[Reachable], own: Reachable, region: str | None) -> FoundPhone | None:
    """The primary person's mobile, then phone; the first person's mobile, then phone; the customer's own mobile,
    then phone. Numbers that are not valid are skipped, not dialled. None where none is left.

    `persons` come in the upstream's order; `region` is the country of numbers that name none (ISO code).
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
