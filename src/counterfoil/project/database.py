"""The database setting: SQLite (WAL) in the data folder, or PostgreSQL by DATABASE_URL."""

import os
from pathlib import Path
from typing import Any

import dj_database_url

from counterfoil.errors import InvalidSetting
from counterfoil.project import environment

BUSY_SECONDS = environment.seconds("COUNTERFOIL_BUSY_SECONDS", "30")
"""How long a SQLite writer waits for another before it fails."""


def database(folder: Path) -> dict[str, Any]:
    """Build Django's setting for the database. Raises InvalidSetting, whose message never holds the password."""
    url = os.environ.get("DATABASE_URL", "").strip()
    if not url:
        return _sqlite(folder / "counterfoil.sqlite3")
    try:
        parsed: dict[str, Any] = dict(dj_database_url.parse(url))
        engine = str(parsed["ENGINE"])
    except (ValueError, KeyError) as error:
        raise InvalidSetting(
            "DATABASE_URL is not valid.",
            "It looks like postgresql://user:password@host:5432/name; leave it out for the embedded database.",
        ) from error
    if "sqlite3" in engine:
        return _sqlite(Path(parsed["NAME"]))
    if "postgresql" not in engine:
        raise InvalidSetting(
            "DATABASE_URL names a database that Counterfoil does not support.",
            "Use PostgreSQL, or leave it out for the embedded database.",
        )
    parsed["ENGINE"] = "counterfoil.mirror.store.backends.postgresql"
    parsed["CONN_MAX_AGE"] = 600
    parsed["CONN_HEALTH_CHECKS"] = True
    options = parsed.setdefault("OPTIONS", {})
    options.setdefault("connect_timeout", 10)
    options.setdefault("application_name", "counterfoil")
    # A process that is suspended inside a transaction must not block the one that takes over.
    options.setdefault("options", "-c idle_in_transaction_session_timeout=60s -c lock_timeout=30s")
    return parsed


def _sqlite(path: Path) -> dict[str, Any]:
    # WAL is a property of the file, set once by a migration. IMMEDIATE, because a deferred transaction that reads
    # and then writes fails at once while another one writes.
    return {
        "ENGINE": "counterfoil.mirror.store.backends.sqlite",
        "NAME": str(path),
        "TEST": {"NAME": str(path.with_name("test.sqlite3"))},
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": BUSY_SECONDS,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY",
        },
    }
