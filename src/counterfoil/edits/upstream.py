"""What can be written at the upstream of a connection, and how."""

import orjson

from counterfoil.connectors.contract import Resource
from counterfoil.edits.places import Places
from counterfoil.mirror import catalog
from counterfoil.mirror.models import Connection, Customer
from counterfoil.mirror.rewriting import NOTHING


def places(connection: Connection, row: Customer) -> Places | None:
    """The places of one customer's fields; None where nothing is written."""
    found = catalog.writer(connection)
    if found is None:
        return None
    reader = catalog.connector_class(connection).collections[Resource.CUSTOMER].reader
    flat = reader.flatten(row.external_id or "", orjson.loads(row.raw or NOTHING))
    return Places(found, catalog.all_sources(connection), flat)
