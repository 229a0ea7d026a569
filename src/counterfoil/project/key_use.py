"""A note beside the key of which database it has encrypted secrets in.

The database knows its key by a digest; this is the other direction, and shows that a database is
not the one in use.
"""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from counterfoil.project import ownership

EMBEDDED = "the embedded database"


class KeyUse(NamedTuple):
    """The digest of a key, and the database that it was last used with."""

    key: str
    database: str


def database_name(settings: dict[str, Any]) -> str:
    """Name a database by Django's setting for it, without user and password."""
    if "sqlite3" in settings["ENGINE"]:
        return EMBEDDED
    host, port = settings.get("HOST") or "localhost", settings.get("PORT") or 5432
    return f"PostgreSQL {host}:{port}/{settings['NAME']}"


def note(folder: Path, use: KeyUse) -> None:
    """Remember the use, where it is not known yet. A folder that cannot be written is no reason to stop."""
    if read(folder) == use:
        return
    with suppress(OSError):
        path = folder / "key-use.json"
        path.write_text(json.dumps(use._asdict()) + "\n", encoding="utf-8")
        path.chmod(0o600)
        ownership.adopt(path, folder)


def read(folder: Path) -> KeyUse | None:
    """Return the use that was noted last; None where there is none."""
    try:
        found = json.loads((folder / "key-use.json").read_text(encoding="utf-8"))
        return KeyUse(str(found["key"]), str(found["database"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
