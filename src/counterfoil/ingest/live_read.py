"""Read single records live, through their customer where the upstream gives them only there."""

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
        """Read records in the order given.

        `owners` maps ids of records to the customers under whom they were just observed; for other records the
        row names the customer.
        """
        return self._collection.read(external_ids, {**self._owners(external_ids), **(owners or {})})

    def _owners(self, external_ids: Sequence[str]) -> dict[str, str]:
        if not self._table.has("customer_external_id"):
            return {}
        rows = self._table.rows(self._connection_id).filter(external_id__in=external_ids)
        return dict(rows.exclude(customer_external_id=None).values_list("external_id", "customer_external_id"))
