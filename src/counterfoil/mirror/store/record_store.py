"""How records are compared and written, once per database; the statements are named files under `sql/`."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from django.db import connection

from counterfoil.mirror.resources import Table
from counterfoil.mirror.row import Prepared
from counterfoil.mirror.store.base import ChangeSource, Sighting, StoredRow
from counterfoil.mirror.store.postgresql_record_store import PostgresRecordStore
from counterfoil.mirror.store.sqlite_record_store import SqliteRecordStore


class RecordStore(Protocol):
    """The statements that decide the engine's speed. Every method runs in the caller's transaction.

    `batch_records` says how many records of a pass one transaction may take.
    """

    batch_records: ClassVar[int]

    def compare(self, connection_id: int, ids: Sequence[str], hashes: Sequence[bytes]) -> list[StoredRow]:
        """The observations that are not simply what a present row already holds."""

    def need_not_wait(self) -> None:
        """The caller's transaction may reach the disk a moment after its COMMIT: all of it or nothing."""

    def tidy(self) -> None:
        """Called after every transaction of a pass, outside of it."""

    def take_stock(self) -> None:
        """After a pass that added very many rows: let the database look at what it holds now."""

    def sightings(self, connection_id: int, ids: Sequence[str], since: int) -> dict[str, Sighting]:
        """The newest pages that held these records and were not over before ticket `since`."""

    def load(self, records: Sequence[Prepared], source: ChangeSource) -> None:
        """Write rows of a connection that had none. Raises IntegrityError where one is there after all."""

    def write(self, records: Sequence[Prepared], source: ChangeSource) -> set[str]:
        """Insert and update. Returns the external ids that were written; the others lost a race."""


def record_store(table: Table) -> RecordStore:
    """Return the implementation for the database in use."""
    return PostgresRecordStore(table) if connection.vendor == "postgresql" else SqliteRecordStore(table)
