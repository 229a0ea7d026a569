"""What a customer has from its contact persons, on its way to the database."""

from collections.abc import Sequence
from typing import NamedTuple


class PersonContacts(NamedTuple):
    """The number in E.164 and the address of the person to reach, and the words of all persons, sorted."""

    customer: int
    phone: str | None
    email: str | None
    words: Sequence[str]
