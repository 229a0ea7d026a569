"""Tell, with `manage.py check` and before every migration, what the project around the app lacks."""

from typing import Any

from django.core import checks
from django.db import connection

from counterfoil.mirror.store import current_dialect


@checks.register(checks.Tags.database)
def check_sqlite_transactions(**_: Any) -> list[checks.CheckMessage]:
    """Warn where SQLite begins transactions as readers: two writers then fail each other instead of waiting."""
    if not current_dialect().embedded:
        return []
    if connection.settings_dict["OPTIONS"].get("transaction_mode") in {"IMMEDIATE", "EXCLUSIVE"}:
        return []
    return [
        checks.Warning(
            "SQLite begins transactions as readers, so syncs fail as soon as two of them write.",
            hint='Set OPTIONS to {"transaction_mode": "IMMEDIATE", "timeout": 30}, or use PostgreSQL.',
            id="counterfoil.W001",
        )
    ]
