"""Records on PostgreSQL: COPY into a temporary table, then one statement for all rows of a batch.

The first rows of a connection, where nothing can be there yet, are copied straight into the table.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import ClassVar

import orjson
from django.db import connection

from counterfoil.mirror.resources import Table, table
from counterfoil.mirror.row import PERSON_MARK, Prepared, copy_line, marked_words
from counterfoil.mirror.sql import statement
from counterfoil.mirror.store import base
from counterfoil.mirror.store.base import ChangeSource, SearchedRow, Sighting, StoredRow

_OF_PERSONS = f" || array_to_tsvector(ARRAY(SELECT w FROM unnest(tsvector_to_array(c.search)) w WHERE w LIKE '{PERSON_MARK}%%'))"  # noqa: E501, S608  a fixed text
"""The search words that a row has from its contact persons."""


class PostgresRecordStore:
    """See `record_store.RecordStore`. Every method runs in the caller's transaction."""

    batch_records: ClassVar[int] = 2000

    def __init__(self, table: Table) -> None:
        self._table = table
        form = table.form
        columns = ", ".join(form.written)
        searched = form.searched
        names = {"table": table.name, "title": form.title, "columns": columns, "search": ", search" * searched}
        split = "array_to_tsvector(string_to_array({}words, ' ')){}"
        self._compare = statement("postgresql", "compare").format(**names)
        self._insert = statement("postgresql", "insert").format(
            **names, words=f", {split.format('', '')}" if searched else ""
        )
        self._update = statement("postgresql", "update").format(
            **names,
            incoming_columns=", ".join(f"i.{name}" for name in form.written),
            words=f", {split.format('i.', _OF_PERSONS)}" if searched else "",
        )
        arriving = f"external_id, {columns}{', words' * searched}, id, version, touch, by_reference"
        self._copy = f"COPY incoming_{table.name} ({arriving}) FROM STDIN"
        self._load = (
            f"COPY {table.name} (external_id, {columns}{', search' * searched}, connection_id, version, "
            "state_at, first_seen_at, first_source, first_reference, observed_at, updated_at) FROM STDIN"
        )

    def compare(self, connection_id: int, ids: Sequence[str], hashes: Sequence[bytes]) -> list[StoredRow]:
        """Return the observations that differ from what a present row holds, with their rows."""
        with connection.cursor() as cursor:
            cursor.execute(
                self._compare,
                {
                    "connection": connection_id,
                    "ids": orjson.dumps(ids).decode(),
                    "hashes": orjson.dumps([digest.hex() for digest in hashes]).decode(),
                },
            )
            return [base.read_row(found) for found in cursor.fetchall()]

    def allow_late_sync(self) -> None:
        """Let the transaction reach the disk a little after its COMMIT (docs/decisions/013)."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")

    def clean_up(self) -> None:
        """Do nothing: the server does its own upkeep."""

    def update_statistics(self) -> None:
        """Analyze the table: until autovacuum does, the planner takes it for empty."""
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {self._table.name}")

    def sightings(self, connection_id: int, ids: Sequence[str], since: int) -> dict[str, Sighting]:
        """Return the newest pages that listed these records and ended after ticket `since`."""
        with connection.cursor() as cursor:
            cursor.execute(
                statement("postgresql", "sightings"),
                {
                    "connection": connection_id,
                    "resource": self._table.resource.value,
                    "ids": list(ids),
                    "since": since,
                },
            )
            return {
                external_id: Sighting(requested, answered)
                for external_id, requested, answered in cursor.fetchall()
            }

    def load(self, records: Sequence[Prepared], source: ChangeSource) -> None:
        """Insert rows of a connection that had none. Raises IntegrityError where one exists after all."""
        if not records:
            return
        at = source.at.isoformat()
        tail = copy_line((source.connection_id, 1, at, at, str(source.source), source.reference, at, at))
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(self._load) as copy:
            copy.write(_lines((record.line, tail) for record in records))

    def write(self, records: Sequence[Prepared], source: ChangeSource) -> set[str]:
        """Insert and update rows. Returns the external ids written; another process changed the others first."""
        if not records:
            return set()
        changed = sorted(record.id for record in records if record.id is not None)
        if changed:  # rows are locked in id order, so that two writers never wait for each other
            list(self._table.rows_by_id(changed).order_by("id").select_for_update().values_list("id"))
        with connection.cursor() as cursor:
            cursor.execute(_incoming(self._table.resource))
            cursor.execute(f"TRUNCATE incoming_{self._table.name}")
            with connection.wrap_database_errors, cursor.copy(self._copy) as copy:
                copy.write(_lines((r.line, _tail(r, source)) for r in records))
            won: set[str] = set()
            values: dict[str, int | str | datetime | None] = {
                "connection": source.connection_id,
                "at": source.at,
                "observed": source.observed_at,
                "source": source.source,
            }
            if len(changed) < len(records):
                cursor.execute(self._insert, values)
                won.update(external_id for (external_id,) in cursor.fetchall())
            if changed:
                cursor.execute(self._update, values)
                updated = {row_id for (row_id,) in cursor.fetchall()}
                won.update(record.external_id for record in records if record.id in updated)
        return won

    def reindex(self, rows: Sequence[SearchedRow]) -> None:
        """Write the search words of rows in which nothing else has changed, where they differ."""
        if not rows:
            return
        list(self._table.rows_by_id([row.id for row in rows]).order_by("id").select_for_update().values_list("id"))
        values = [
            {"id": row.id, "version": row.version, "words": marked_words(row.name_words, row.other_words)}
            for row in rows
        ]
        with connection.cursor() as cursor:
            cursor.execute(statement("postgresql", "reindex"), {"rows": orjson.dumps(values).decode()})


def _tail(record: Prepared, source: ChangeSource) -> bytes:
    return copy_line((record.id, record.version, record.touch, source.reference_of(record.external_id)))


def _lines(halves: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"".join([b"%b\t%b\n" % half for half in halves])


@cache
def _incoming(resource: str) -> str:
    found = table(resource)
    types = {field.column: field.db_type(connection) for field in found.model._meta.concrete_fields}  # noqa: SLF001
    columns = [f"{name} {types[name]}" for name in found.form.written]
    if found.form.searched:
        columns.append("words text")
    return statement("postgresql", "incoming").format(table=found.name, definitions=",\n    ".join(columns))
