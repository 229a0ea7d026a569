"""What a database holds, as far as a backup has to know it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from counterfoil.mirror.sql import PREFIX

CONNECTIONS = f"{PREFIX}connection"
ANOTHER_DATABASE = "Set COUNTERFOIL_DATA_DIR or DATABASE_URL as for `serve`, and try again."
INSTALLATION = f"{PREFIX}installation"


@dataclass(frozen=True, slots=True)
class DatabaseContents:
    """The migrations applied, the rows of each table, and the digest of the key in use."""

    migrations: tuple[str, ...]
    rows: Mapping[str, int]
    key_digest: str = ""

    @property
    def is_used(self) -> bool:
        """Whether anything was ever connected: else there is nothing to lose, and probably another database."""
        return self.rows.get(CONNECTIONS, self.rows.get("connection", 0)) > 0


class DatabaseStore(Protocol):
    """How one kind of database is copied and put back."""

    kind: str
    """As the manifest calls it."""
    entry: str
    """The name of its file in the archive."""
    compress: bool
    """Whether the archive has to compress it."""

    def describe(self) -> str:
        """Say which database it is, without a password."""

    def dump(self, target: Path) -> DatabaseContents:
        """Copy the present database, as it is at one moment, to a new file."""

    def read(self, path: Path) -> DatabaseContents:
        """Read a copy from start to end. Raises InvalidInput where it is damaged."""

    def present(self) -> DatabaseContents:
        """Read what the present database holds; nothing where there is none."""

    def restore(self, copy: Path, held_at: datetime, backup_at: datetime) -> str:
        """Put a copy in the place of the present database, held, and say where that is kept.

        Either all of it happens, or nothing. Raises NotPossibleNow while other processes use the database.
        """
