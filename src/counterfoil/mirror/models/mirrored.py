"""The columns of every mirrored record: its payload, its order, its state, its source."""

import json
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from counterfoil.mirror.enums import State
from counterfoil.mirror.models.connection import Connection
from counterfoil.mirror.store import dialect_of


class PayloadField(models.TextField[Any, Any]):
    """JSON text, unchanged. PostgreSQL's `json` (not `jsonb`) keeps every character and checks the syntax."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Return `json` for PostgreSQL, `text` for SQLite."""
        return dialect_of(connection).payload_type

    def from_db_value(self, value: Any, *_: Any) -> str | None:
        """Return text always, although psycopg decodes `json` columns."""
        if value is None or isinstance(value, str):
            return value
        return json.dumps(value, ensure_ascii=False)


class Mirrored(models.Model):
    """One row per (connection, external id). Only `ingest` writes mirrored columns.

    Text is the upstream's own, trimmed; its normal forms have columns of their own. `invalid` maps a field to the
    reason why it has no normal form. `extra` holds the upstream's values that have no column. `raw_hash` is the
    SHA-256 of `raw`, `hash` the canonical one of the newest list entry, `other_hashes` those of other shapes.
    `answered_by` is the id of the record that answered when this unlisted one was last read.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="%(class)ss", db_index=False)
    external_id = models.TextField(null=True, blank=True)

    extra = models.JSONField(default=dict, blank=True)
    invalid = models.JSONField(default=dict, blank=True)
    raw = PayloadField(null=True)

    raw_hash = models.BinaryField(null=True)
    hash = models.BinaryField(null=True)
    other_hashes = models.JSONField(default=dict)
    ticket_from = models.BigIntegerField(default=0)
    ticket_to = models.BigIntegerField(default=0)
    upstream_modified_at = models.DateTimeField(null=True, blank=True)
    version = models.IntegerField(default=1)

    state = models.CharField(
        max_length=12, choices=[(state.value, state.label) for state in State], default=State.PRESENT
    )
    state_ticket = models.BigIntegerField(default=0)
    state_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.TextField(null=True, blank=True)
    first_seen_at = models.DateTimeField()
    first_source = models.TextField(default="run")
    first_reference = models.BigIntegerField(null=True)
    observed_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        abstract = True
