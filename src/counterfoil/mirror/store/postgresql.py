"""The door's SQL on PostgreSQL: COPY into a temporary table, then one statement for all rows of a batch.

The first rows of a connection, where nothing can be there yet, are copied straight into the table.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import ClassVar

import orjson
from django.db import connection

from counterfoil.mirror.models import Customer
from counterfoil.mirror.record import WRITTEN, Prepared, copy_line
from counterfoil.mirror.sql import statement
from counterfoil.mirror.store import base
from counterfoil.mirror.store.records import Row, Stamp, Vouch


class PostgresStore:
    """See `store.Store`. Every method runs in the caller's transaction."""

    batch_records: ClassVar[int] = 2000

    def compare(self, connection_id: int, ids: Sequence[str], hashes: Sequence[bytes]) -> list[Row]:
        """The observations that are not simply what a present row already holds."""
        with connection.cursor() as cursor:
            cursor.execute(
                statement("postgresql", "compare"),
                {
                    "connection": connection_id,
                    "ids": orjson.dumps(ids).decode(),
                    "hashes": orjson.dumps([digest.hex() for digest in hashes]).decode(),
                },
            )
            return [base.row(found) for found in cursor.fetchall()]

    def need_not_wait(self) -> None:
        """The caller's transaction may reach the disk a moment after its COMMIT (docs/decisions/013)."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")

    def tidy(self) -> None:
        """The server looks after itself."""

    def take_stock(self) -> None:
        """Without statistics the planner takes the table for empty until autovacuum comes by."""
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE customer")

    def vouchers(self, connection_id: int, ids: Sequence[str], since: int) -> dict[str, Vouch]:
        """The newest pages that held these records and were not over before ticket `since`."""
        with connection.cursor() as cursor:
            cursor.execute(
                statement("postgresql", "vouchers"),
                {"connection": connection_id, "ids": list(ids), "since": since},
            )
            return {external_id: Vouch(begun, ended) for external_id, begun, ended in cursor.fetchall()}

    def load(self, records: Sequence[Prepared], stamp: Stamp) -> None:
        """Write rows of a connection that had none. Raises IntegrityError where one is there after all."""
        if not records:
            return
        at = stamp.at.isoformat()
        tail = copy_line((stamp.connection_id, 1, at, at, str(stamp.source), stamp.reference, at, at))
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(_LOAD) as copy:
            copy.write(_lines((record.line, tail) for record in records))

    def write(self, records: Sequence[Prepared], stamp: Stamp) -> set[str]:
        """Insert and update. Returns the external ids that were written; the others lost a race."""
        if not records:
            return set()
        changed = sorted(record.id for record in records if record.id is not None)
        if changed:  # rows are locked in id order, so that two writers never wait for each other
            list(Customer.objects.filter(id__in=changed).order_by("id").select_for_update().values_list("id"))
        with connection.cursor() as cursor:
            cursor.execute(_incoming())
            cursor.execute("TRUNCATE incoming")
            with cursor.copy(_COPY) as copy:
                copy.write(_lines((r.line, copy_line((r.id, r.version, r.touch))) for r in records))
            won: set[str] = set()
            values: dict[str, int | str | datetime | None] = {
                "connection": stamp.connection_id,
                "at": stamp.at,
                "source": stamp.source,
                "reference": stamp.reference,
            }
            if len(changed) < len(records):
                cursor.execute(_INSERT, values)
                won.update(external_id for (external_id,) in cursor.fetchall())
            if changed:
                cursor.execute(_UPDATE, values)
                updated = {row_id for (row_id,) in cursor.fetchall()}
                won.update(record.external_id for record in records if record.id in updated)
        return won


def _lines(halves: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"".join([b"%b\t%b\n" % half for half in halves])


@cache
def _incoming() -> str:
    types = {field.column: field.db_type(connection) for field in Customer._meta.concrete_fields}  # noqa: SLF001
    definitions = ",\n    ".join(f"{name} {types[name]}" for name in WRITTEN)
    return statement("postgresql", "incoming").format(definitions=definitions)


_COLUMNS = ", ".join(WRITTEN)
_COPY = f"COPY incoming (external_id, {_COLUMNS}, words, id, version, touch) FROM STDIN"
_LOAD = (
    f"COPY customer (external_id, {_COLUMNS}, search, connection_id, version, "
    "state_at, first_seen_at, first_source, first_reference, observed_at, updated_at) FROM STDIN"
)
_INSERT = statement("postgresql", "insert").format(columns=_COLUMNS)
_UPDATE = statement("postgresql", "update").format(
    columns=_COLUMNS, incoming_columns=", ".join(f"i.{name}" for name in WRITTEN)
)
