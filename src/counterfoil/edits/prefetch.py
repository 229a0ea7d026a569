"""Read a customer's details before somebody edits a field that only the details have."""

from collections.abc import Collection

from django.contrib.auth.models import AbstractBaseUser

from counterfoil.connectors.page import Resource
from counterfoil.edits.single_read import read_now
from counterfoil.mirror import details
from counterfoil.mirror.models import Customer


def fetch_details(
    customer: Customer, user: AbstractBaseUser | None = None, fields: Collection[str] | None = None
) -> bool:
    """Read a customer live whose details were never fetched, where they alone have some of `fields`.

    None as `fields`: any field may be edited. Returns whether the customer was read. Where the upstream cannot be
    reached, an edit of such a field has no known base: it conflicts with any value that the upstream has.
    """
    connector = customer.connection.connector
    detail_fields = details.only_in_detail(Resource.CUSTOMER, connector)
    needed = detail_fields if fields is None else detail_fields.intersection(fields)
    never_fetched = details.fetched_state(customer, Resource.CUSTOMER, connector) == details.Fetched.NEVER
    if not needed or not never_fetched or customer.external_id is None:
        return False
    return read_now(customer, user) is None
