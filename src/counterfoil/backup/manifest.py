"""What a backup says of itself."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from counterfoil.errors import InvalidInput

FORMAT = 1
"""The version of the archive. Readers refuse a higher one; a new kind of entry needs none."""
PRODUCT = "counterfoil"


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """The first entry of an archive.

    `entry` is the name of the database's entry, `sha256` its digest. `migrations` are those applied, `rows` the
    rows of each table. `key_digest` tells the key that the secrets in it need; "" for none.
    """

    database: str
    entry: str
    sha256: str
    size: int
    created_at: datetime
    migrations: tuple[str, ...]
    rows: Mapping[str, int]
    key_digest: str = ""
    version: str = ""
    format: int = FORMAT

    def to_json(self) -> str:
        values = asdict(self) | {"product": PRODUCT, "created_at": self.created_at.isoformat()}
        return json.dumps(values, indent=2)

    @classmethod
    def from_json(cls, text: bytes) -> "BackupManifest":
        """Read a manifest. Raises InvalidInput for one that this version does not understand."""
        try:
            found: dict[str, Any] = json.loads(text)
            if found["product"] != PRODUCT:
                raise ValueError
            if int(found["format"]) > FORMAT:
                raise InvalidInput(
                    f"This backup was made by a newer version of Counterfoil ({found.get('version', 'unknown')}).",
                    "Restore it with that version or a later one.",
                )
            return cls(
                database=str(found["database"]),
                entry=str(found["entry"]),
                sha256=str(found["sha256"]),
                size=int(found["size"]),
                created_at=datetime.fromisoformat(found["created_at"]).astimezone(UTC),
                migrations=tuple(map(str, found["migrations"])),
                rows={str(table): int(count) for table, count in found["rows"].items()},
                key_digest=str(found.get("key_digest", "")),
                version=str(found.get("version", "")),
                format=int(found["format"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InvalidInput(
                "This file is not a backup of Counterfoil.", "Give one that `backup` made."
            ) from error


def product_version() -> str:
    """Return the version of this install; empty where it runs from its sources without being installed."""
    try:
        return version(PRODUCT)
    except PackageNotFoundError:
        return ""
