"""The records an organisation keeps. Never changed in place: every change puts a new one.

`body` holds what people typed, under Zoho's own names; amounts are Decimals, dates are `yyyy-mm-dd`. What follows
from other records or from the clock (what a customer owes, whether an invoice is overdue) is not kept.
"""

from decimal import Decimal
from typing import Any, NamedTuple

type Json = dict[str, Any]


class Contact(NamedTuple):
    """A customer or a vendor. `created` and `modified` are Unix seconds."""

    id: str
    body: Json
    created: int
    modified: int

    @property
    def is_customer(self) -> bool:
        """Whether it is a customer, not a vendor."""
        return bool(self.body["contact_type"] == "customer")

    @property
    def name(self) -> str:
        """The display name."""
        return str(self.body["contact_name"])


class Person(NamedTuple):
    """A contact person. Its rows carry no time of modification."""

    id: str
    contact_id: str
    body: Json
    created: int

    @property
    def is_primary(self) -> bool:
        """Whether the contact's flat phone and e-mail address are this person's."""
        return bool(self.body["is_primary_contact"])


class SimulatedInvoice(NamedTuple):
    """An invoice; its customer may be gone."""

    id: str
    customer_id: str
    body: Json
    created: int
    modified: int

    @property
    def total(self) -> Decimal:
        """The amount."""
        return Decimal(self.body["total"])

    @property
    def balance(self) -> Decimal:
        """What is left to pay; a draft and a void invoice have one too (contract section 4.2)."""
        return Decimal(self.body["balance"])


def money(value: Any) -> Decimal:
    """An amount to the cent, from any way to write one."""
    return Decimal(str(value)).quantize(Decimal("0.01"))
