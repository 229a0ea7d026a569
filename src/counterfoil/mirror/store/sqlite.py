"""The door's SQL on SQLite: executemany, under the one writer's lock."""

from collections.abc import Sequence
from typing import ClassVar

import orjson
from django.db import IntegrityError, connection

from counterfoil.mirror.models import Customer
from counterfoil.mirror.record import WRITTEN, Prepared
from counterfoil.mirror.sql import statement
from counterfoil.mirror.store import base
from counterfoil.mirror.store.records import Row, Stamp, Vouch

TIDY_AFTER = 10
"""Batches of a pass."""
TIDY_MILLISECONDS = 50


class SqliteStore:
    """See `store.Store`. Every method runs in the caller's transaction."""

    batch_records: ClassVar[int] = 1000  # holds the only writer well under 200 ms

    def __init__(self) -> None:
        self._since_tidy = 0

    def compare(self, connection_id: int, ids: Sequence[str], hashes: Sequence[bytes]) -> list[Row]:
        """The observations that are not simply what a present row already holds."""
        observations = [[external_id, digest.hex()] for external_id, digest in zip(ids, hashes, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(
                statement("sqlite", "compare"),
                {"connection": connection_id, "observations": orjson.dumps(observations).decode()},
            )
            return [base.row(found) for found in cursor.fetchall()]

    def need_not_wait(self) -> None:
        """In WAL mode no COMMIT waits for the disk anyway."""

    def tidy(self) -> None:
        """Begin the write-ahead log anew now and then: with somebody always reading it would only grow.

        A reader that takes its time is not waited for.
        """
        self._since_tidy += 1
        if self._since_tidy < TIDY_AFTER:
            return
        self._since_tidy = 0
        patience = int(connection.settings_dict["OPTIONS"]["timeout"] * 1000)
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {TIDY_MILLISECONDS}")
            cursor.execute("PRAGMA wal_checkpoint(RESTART)")
            cursor.fetchall()
            cursor.execute(f"PRAGMA busy_timeout = {patience}")

    def take_stock(self) -> None:
        """A quick look; the planner does well without."""
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize")

    def vouchers(self, connection_id: int, ids: Sequence[str], since: int) -> dict[str, Vouch]:
        """The newest pages that held these records and were not over before ticket `since`."""
        with connection.cursor() as cursor:
            cursor.execute(
                statement("sqlite", "vouchers"),
                {"connection": connection_id, "ids": orjson.dumps(list(ids)).decode(), "since": since},
            )
            return {external_id: Vouch(begun, ended) for external_id, begun, ended in cursor.fetchall()}

    def load(self, records: Sequence[Prepared], stamp: Stamp) -> None:
        """Write rows of a connection that had none. Raises IntegrityError where one is there after all."""
        if len(self.write(records, stamp)) != len(records):
            raise IntegrityError

    def write(self, records: Sequence[Prepared], stamp: Stamp) -> set[str]:
        """Insert and update. Returns the external ids that were written; the others lost a race."""
        if not records:
            return set()
        new = self._not_there_yet([r for r in records if r.id is None], stamp)
        changed = self._still_as_compared([r for r in records if r.id is not None])
        at = str(connection.ops.adapt_datetimefield_value(stamp.at))
        with connection.cursor() as cursor:
            if new:
                tail = (at, at, stamp.source, stamp.reference, at, at)
                cursor.executemany(
                    _INSERT, [(stamp.connection_id, r.external_id, *r.cells[:-_WORDS], *tail) for r in new]
                )
            if changed:
                cursor.executemany(
                    _UPDATE,
                    [
                        (*r.cells[:-_WORDS], at, None if r.touch else at, r.cells[_STATE], at, r.id, r.version)
                        for r in changed
                    ],
                )
            written = [*new, *changed]
            ids = self._ids([r.external_id for r in written], stamp)
            cursor.executemany(
                statement("sqlite", "index"), [(ids[r.external_id], *r.cells[-_WORDS:]) for r in written]
            )
        return {record.external_id for record in written}

    @staticmethod
    def _not_there_yet(records: Sequence[Prepared], stamp: Stamp) -> list[Prepared]:
        there = SqliteStore._ids([record.external_id for record in records], stamp)
        return [record for record in records if record.external_id not in there]

    @staticmethod
    def _still_as_compared(records: Sequence[Prepared]) -> list[Prepared]:
        versions = dict(
            Customer.objects.filter(id__in=[record.id for record in records]).values_list("id", "version")
        )
        return [
            record for record in records if record.id is not None and versions.get(record.id) == record.version
        ]

    @staticmethod
    def _ids(external_ids: Sequence[str], stamp: Stamp) -> dict[str, int]:
        if not external_ids:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(
                statement("sqlite", "ids"),
                {"connection": stamp.connection_id, "ids": orjson.dumps(list(external_ids)).decode()},
            )
            return dict(cursor.fetchall())


_WORDS = 2
"""At the end of a prepared row: the words of the name, and the others."""
_STATE = WRITTEN.index("state")
_INSERT = statement("sqlite", "insert").format(
    columns=", ".join(WRITTEN), placeholders=", ".join(["%s"] * len(WRITTEN))
)
_UPDATE = statement("sqlite", "update").format(
    columns=", ".join(WRITTEN), placeholders=", ".join(["%s"] * len(WRITTEN))
)
