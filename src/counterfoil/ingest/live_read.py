"""Single records read live, each by way of its customer where that is how the upstream gives it."""

from collections.abc import Iterator, Mapping, Sequence

from counterfoil.connectors.page import Read
from counterfoil.connectors.port import Collection
from counterfoil.mirror.resources import Table


class LiveReader:
    """Reads records of one resource of one connection."""

    def __init__(self, collection: Collection, table: Table, connection_id: int) -> None:
        self._collection = collection
        self._table = table
        self._connection_id = connection_id

    def __call__(self, external_ids: Sequence[str], owners: Mapping[str, str] | None = None) -> Iterator[Read]:
        """In the order given. `owners` are customers whose records these were seen to be just now; of others the
        row tells."""
        return self._collection.read(external_ids, {**self._owners(external_ids), **(owners or {})})

    def _owners(self, external_ids: Sequence[str]) -> dict[str, str]:
        if not self._table.has("customer_external_id"):
            return {}
        rows = self._table.rows(self._connection_id).filter(external_id__in=external_ids)
        return dict(rows.exclude(customer_external_id=None).values_list("external_id", "customer_external_id"))
