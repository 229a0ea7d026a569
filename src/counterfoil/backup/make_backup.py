"""Make a backup: copy the database, put it into an archive, and read the archive back."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from counterfoil.backup import archive
from counterfoil.backup.contents import ANOTHER_DATABASE, DatabaseContents, DatabaseStore
from counterfoil.backup.manifest import BackupManifest, product_version
from counterfoil.errors import InvalidInput, InvalidSetting, NotPossibleNow


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup, and its size in bytes."""

    path: Path
    manifest: BackupManifest
    size: int


def make_backup(store: DatabaseStore, path: Path, now: datetime, *, replace: bool) -> Backup:
    """Write an archive that was read back from start to end, under its final name.

    Raises NotPossibleNow where there is nothing to back up or the name is taken; no file is left then.
    """
    path = path.absolute()
    _require_place(path, replace=replace)
    with archive.beside(path, 3) as (copy, made, again):
        contents = store.dump(copy)
        if not contents.is_used:
            raise NotPossibleNow(
                f"The database {store.describe()} is empty, so no backup was made.",
                ANOTHER_DATABASE,
            )
        manifest = BackupManifest(
            database=store.kind,
            entry=store.entry,
            sha256=archive.digest(copy),
            size=copy.stat().st_size,
            created_at=now,
            migrations=contents.migrations,
            rows=contents.rows,
            key_digest=contents.key_digest,
            version=product_version(),
        )
        archive.write(made, manifest, copy, compress=store.compress)
        verify(store, made, again)
        archive.publish(made, path, replace=replace)
        return Backup(path, manifest, path.stat().st_size)


def verify(store: DatabaseStore, path: Path, extracted: Path) -> tuple[BackupManifest, DatabaseContents]:
    """Read an archive's database to its end. Raises InvalidInput where it is not as the manifest says."""
    manifest = archive.read_manifest(path)
    archive.extract(path, manifest, extracted)
    contents = store.read(extracted)
    if (contents.migrations, dict(contents.rows)) != (manifest.migrations, dict(manifest.rows)):
        raise InvalidInput(f"The backup {path} does not hold the rows it was made of.", "Use another one.")
    return manifest, contents


def _require_place(path: Path, *, replace: bool) -> None:
    """Raise for a name that cannot be written, before anything is copied."""
    if path.is_dir():
        raise InvalidInput(f"{path} is a folder.", "Give the name of a file in it.")
    if path.exists() and not replace:
        raise archive.exists_already(path)
    if path.exists():
        archive.read_manifest(path)  # raises: whatever else stands there, such as the database itself, is kept
    if not path.parent.is_dir():
        raise InvalidSetting(f"The folder {path.parent} does not exist.", "Make it, or choose another one.")
