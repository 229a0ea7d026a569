"""The one number to call a customer at, out of those of its contact persons and its own."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from counterfoil.normalize.phone import phone


class Reachable(NamedTuple):
    """A person's numbers, or a customer's own, as they were typed or in E.164."""

    mobile: str | None
    phone: str | None
    is_primary: bool = False


def primary_phone(persons: Sequence[Reachable], own: Reachable, region: str | None) -> str | None:
    """In E.164: the primary person's mobile, then phone; the first person's mobile, then phone; the customer's own
    mobile, then phone. Numbers that are not valid are skipped, not dialled. None where none is left.

    `persons` come in the upstream's order; `region` is the country of numbers that name none (ISO code).
    """
    for raw in _in_order(persons, own):
        number = phone(raw, region).value
        if number is not None:
            return number
    return None


def _in_order(persons: Sequence[Reachable], own: Reachable) -> Iterator[str | None]:
    primary = next((person for person in persons if person.is_primary), None)
    for who in (primary, persons[0] if persons else None, own):
        if who is not None:
            yield who.mobile
            yield who.phone
