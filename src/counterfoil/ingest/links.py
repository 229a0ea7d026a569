"""Link records that name a customer to that customer's row, whichever of the two comes first."""

from collections.abc import Collection, Sequence

import orjson
from django.db import connection

from counterfoil.connectors.page import Resource
from counterfoil.mirror.resources import table
from counterfoil.mirror.store import current_dialect
from counterfoil.mirror.store.base import ChangeSource

FOLLOWERS = (Resource.CONTACT_PERSON, Resource.INVOICE)
"""Resources whose records name a customer."""


def link_customers(source: ChangeSource, written: Sequence[str], others: Sequence[Resource]) -> None:
    """Link records that were just written.

    Records that name a customer are linked to it; to customers, the records that named them before they came.
    `written` are external ids, `others` the resources of the connection.
    """
    if not written:
        return
    if source.resource in FOLLOWERS:
        _link(source, Resource(source.resource), "external_id", written)
    elif source.resource == Resource.CUSTOMER:
        for resource in FOLLOWERS:
            if resource in others and table(resource).rows(source.connection_id).exists():
                _link(source, resource, "customer_external_id", written)


def known_customers(connection_id: int, owners: Collection[str]) -> set[str]:
    """Return those of these customer ids that have a row, in whatever state."""
    rows = table(Resource.CUSTOMER).rows(connection_id).filter(external_id__in=owners)
    return set(rows.values_list("external_id", flat=True))


def count_unlinked(connection_id: int, resource: str) -> int:
    """Count the present records that name a customer without a row."""
    rows = table(resource).rows(connection_id).filter(customer=None, state="present")
    return rows.exclude(customer_external_id=None).count()


def _link(source: ChangeSource, resource: Resource, key: str, ids: Sequence[str]) -> None:
    sql = current_dialect().statement("link").format(table=table(resource).name, key=key)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"connection": source.connection_id, "ids": orjson.dumps(list(ids)).decode()})
