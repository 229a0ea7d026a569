"""What people call the resources."""

from counterfoil.connectors.contract import Resource

_WORDS = {
    Resource.CUSTOMER: ("customer", "customers"),
    Resource.CONTACT_PERSON: ("contact person", "contact persons"),
    Resource.INVOICE: ("invoice", "invoices"),
}


def one(resource: str) -> str:
    """As in "contact person"."""
    return _WORDS[Resource(resource)][0]


def several(resource: str) -> str:
    """As in "contact persons"."""
    return _WORDS[Resource(resource)][1]


def counted(resource: str, count: int) -> str:
    """As in "1 invoice" and "1,204 invoices"."""
    return f"{count:,} {one(resource) if count == 1 else several(resource)}"
