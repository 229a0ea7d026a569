"""The records of an organisation. Never changed in place: every change stores a new one.

`body` has the entered values under Zoho's names; amounts are Decimals, dates are `yyyy-mm-dd`. Values that follow
from other records or from the clock (outstanding amounts, whether an invoice is overdue) are not stored.
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
    """A contact person. Its rows have no time of modification."""

    id: str
    contact_id: str
    body: Json
    created: int

    @property
    def is_primary(self) -> bool:
        """Whether the contact's flat phone and e-mail address are this person's."""
        return bool(self.body["is_primary_contact"])


class SimulatedInvoice(NamedTuple):
    """An invoice; its customer may be deleted."""

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
        """The unpaid amount; a draft and a void invoice have one too (contract section 4.2)."""
        return Decimal(self.body["balance"])


def to_money(value: Any) -> Decimal:
    """Convert an amount in any form to a Decimal with two places."""
    return Decimal(str(value)).quantize(Decimal("0.01"))
