"""Ids for which another record answers: the system has probably merged the two."""

from counterfoil.mirror.enums import State
from counterfoil.mirror.models import Customer


def answering_customer(customer: Customer) -> Customer | None:
    """Find the customer that answers for the id of an unlisted one; None where it is not in this copy."""
    if customer.state != State.UNLISTED or not customer.answered_by:
        return None
    rows = Customer.objects.filter(connection_id=customer.connection_id, external_id=customer.answered_by)
    return rows.first()


def customers_answered_for(customer: Customer) -> list[Customer]:
    """Find the unlisted customers for whose ids this one answers."""
    if customer.external_id is None:
        return []
    rows = Customer.objects.filter(connection_id=customer.connection_id, state=State.UNLISTED)
    rows = rows.exclude(state=State.PRESENT)  # in the words of the index
    return list(rows.filter(answered_by=customer.external_id).defer("raw", "extra").order_by("id"))
