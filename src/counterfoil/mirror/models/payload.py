"""A column for an upstream's payload, kept to the letter."""

import json
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class PayloadField(models.TextField[Any, Any]):
    """JSON text as it came. PostgreSQL's `json` (not `jsonb`) keeps it to the letter and checks its syntax."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """`json` on PostgreSQL, `text` on SQLite."""
        return "json" if connection.vendor == "postgresql" else "text"

    def from_db_value(self, value: Any, *_: Any) -> str | None:
        """Always text: psycopg decodes `json` columns by itself."""
        if value is None or isinstance(value, str):
            return value
        return json.dumps(value, ensure_ascii=False)
