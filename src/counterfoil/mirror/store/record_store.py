"""How records are compared and written, once per database; the statements are named files under `sql/`."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from django.db import connection

from counterfoil.mirror.resources import Table
from counterfoil.mirror.row import Prepared
from counterfoil.mirror.store.base import ChangeSource, SearchedRow, Sighting, StoredRow
from counterfoil.mirror.store.postgresql_record_store import PostgresRecordStore
from counterfoil.mirror.store.sqlite_record_store import SqliteRecordStore


class RecordStore(Protocol):
    """The statements that decide how fast records are ingested. Every method runs in the caller's transaction.

    `batch_records` is how many records of a pass one transaction may write.
    """

    batch_records: ClassVar[int]

    def compare(self, connection_id: int, ids: Sequence[str], hashes: Sequence[bytes]) -> list[StoredRow]:
        """Return the observations that differ from what a present row holds, with their rows."""

    def allow_late_sync(self) -> None:
        """Let the caller's transaction reach the disk a little after its COMMIT, all of it or nothing."""

    def clean_up(self) -> None:
        """Do the upkeep due after a transaction of a pass. Call it outside of one."""

    def update_statistics(self) -> None:
        """Update the planner's statistics after a pass that added very many rows."""

    def sightings(self, connection_id: int, ids: Sequence[str], since: int) -> dict[str, Sighting]:
        """Return the newest pages that listed these records and ended after ticket `since`."""

    def load(self, records: Sequence[Prepared], source: ChangeSource) -> None:
        """Insert rows of a connection that had none. Raises IntegrityError where one exists after all."""

    def reindex(self, rows: Sequence[SearchedRow]) -> None:
        """Write the search words of rows in which nothing else has changed, where they differ."""

    def write(self, records: Sequence[Prepared], source: ChangeSource) -> set[str]:
        """Insert and update rows. Returns the external ids written; another process changed the others first."""


def record_store(table: Table) -> RecordStore:
    """Return the implementation for the database in use."""
    return PostgresRecordStore(table) if connection.vendor == "postgresql" else SqliteRecordStore(table)
