"""Records on SQLite: executemany, under the one writer's lock."""

from collections.abc import Sequence
from typing import ClassVar

import orjson
from django.db import IntegrityError, connection

from counterfoil.mirror.resources import Table
from counterfoil.mirror.row import Prepared
from counterfoil.mirror.sql import statement
from counterfoil.mirror.store import base
from counterfoil.mirror.store.base import ChangeSource, SearchedRow, Sighting, StoredRow

RESTART_AFTER = 10
"""Transactions of a pass."""
RESTART_MILLISECONDS = 50


class SqliteRecordStore:
    """See `record_store.RecordStore`. Every method runs in the caller's transaction."""

    batch_records: ClassVar[int] = 1000  # holds the only writer well under 200 ms

    def __init__(self, table: Table) -> None:
        self._since_restart = 0
        self._table = table
        form = table.form
        columns, placeholders = ", ".join(form.written), ", ".join(["%s"] * len(form.written))
        names = {"table": table.name, "title": form.title, "columns": columns, "placeholders": placeholders}
        self._sql = {
            name: statement("sqlite", name).format(**names) for name in ("compare", "ids", "insert", "update")
        }
        self._state = form.written.index("state")
        self._mapped = len(form.written)

    def compare(self, connection_id: int, ids: Sequence[str], hashes: Sequence[bytes]) -> list[StoredRow]:
        """Return the observations that differ from what a present row holds, with their rows."""
        observations = [[external_id, digest.hex()] for external_id, digest in zip(ids, hashes, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(
                self._sql["compare"],
                {"connection": connection_id, "observations": orjson.dumps(observations).decode()},
            )
            return [base.read_row(found) for found in cursor.fetchall()]

    def allow_late_sync(self) -> None:
        """Do nothing: in WAL mode no COMMIT waits for the disk."""

    def clean_up(self) -> None:
        """Restart the write-ahead log now and then: with constant readers it would only grow.

        Slow readers are not waited for.
        """
        self._since_restart += 1
        if self._since_restart < RESTART_AFTER:
            return
        self._since_restart = 0
        timeout = int(connection.settings_dict["OPTIONS"]["timeout"] * 1000)
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {RESTART_MILLISECONDS}")
            cursor.execute("PRAGMA wal_checkpoint(RESTART)")
            cursor.fetchall()
            cursor.execute(f"PRAGMA busy_timeout = {timeout}")

    def update_statistics(self) -> None:
        """Let SQLite decide what to analyze; its planner needs little."""
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize")

    def sightings(self, connection_id: int, ids: Sequence[str], since: int) -> dict[str, Sighting]:
        """Return the newest pages that listed these records and ended after ticket `since`."""
        with connection.cursor() as cursor:
            cursor.execute(
                statement("sqlite", "sightings"),
                {
                    "connection": connection_id,
                    "resource": self._table.resource.value,
                    "since": since,
                    "ids": orjson.dumps(list(ids)).decode(),
                },
            )
            return {
                external_id: Sighting(requested, answered)
                for external_id, requested, answered in cursor.fetchall()
            }

    def load(self, records: Sequence[Prepared], source: ChangeSource) -> None:
        """Insert rows of a connection that had none. Raises IntegrityError where one exists after all."""
        if len(self.write(records, source)) != len(records):
            raise IntegrityError

    def write(self, records: Sequence[Prepared], source: ChangeSource) -> set[str]:
        """Insert and update rows. Returns the external ids written; another process changed the others first."""
        if not records:
            return set()
        new = self._not_there_yet([r for r in records if r.id is None], source)
        changed = self._still_as_compared([r for r in records if r.id is not None])
        at = str(connection.ops.adapt_datetimefield_value(source.at))
        observed = None if source.observed_at is None else at
        with connection.cursor() as cursor:
            if new:
                before, after = (at, at, source.source), (at, at)
                cursor.executemany(
                    self._sql["insert"],
                    [
                        (
                            source.connection_id,
                            r.external_id,
                            *r.cells[: self._mapped],
                            *before,
                            source.reference_of(r.external_id),
                            *after,
                        )
                        for r in new
                    ],
                )
            if changed:
                cursor.executemany(
                    self._sql["update"],
                    [
                        (
                            *r.cells[: self._mapped],
                            observed,
                            None if r.touch else at,
                            r.cells[self._state],
                            at,
                            r.id,
                            r.version,
                        )
                        for r in changed
                    ],
                )
            written = [*new, *changed]
            if self._table.form.searched:
                ids = self._ids([r.external_id for r in new], source)
                cursor.executemany(
                    statement("sqlite", "index_new"),
                    [(ids[r.external_id], *r.cells[self._mapped :]) for r in new],
                )
                cursor.executemany(
                    statement("sqlite", "index"), [(r.id, *r.cells[self._mapped :], r.id) for r in changed]
                )
        return {record.external_id for record in written}

    def reindex(self, rows: Sequence[SearchedRow]) -> None:
        """Write the search words of rows in which nothing else has changed, where they differ."""
        values = [(r.name_words, r.other_words, r.id, r.name_words, r.other_words, r.id, r.version) for r in rows]
        with connection.cursor() as cursor:
            cursor.executemany(statement("sqlite", "reindex"), values)

    def _not_there_yet(self, records: Sequence[Prepared], source: ChangeSource) -> list[Prepared]:
        there = self._ids([record.external_id for record in records], source)
        return [record for record in records if record.external_id not in there]

    def _still_as_compared(self, records: Sequence[Prepared]) -> list[Prepared]:
        rows = self._table.rows_by_id([record.id for record in records if record.id is not None])
        versions = dict(rows.values_list("id", "version"))
        return [
            record for record in records if record.id is not None and versions.get(record.id) == record.version
        ]

    def _ids(self, external_ids: Sequence[str], source: ChangeSource) -> dict[str, int]:
        if not external_ids:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(
                self._sql["ids"],
                {"connection": source.connection_id, "ids": orjson.dumps(list(external_ids)).decode()},
            )
            return dict(cursor.fetchall())
