"""Put a backup in the place of the database. Everything is checked before anything is touched."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db.migrations.loader import MigrationLoader

from counterfoil.backup import archive
from counterfoil.backup.contents import DatabaseStore
from counterfoil.backup.make_backup import verify
from counterfoil.backup.manifest import BackupManifest
from counterfoil.errors import InvalidInput, NotPossibleNow

TITLES = {"sqlite": "the embedded database", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and where the database before it is kept; "" where there was none."""

    manifest: BackupManifest
    aside: str


def restore_backup(store: DatabaseStore, path: Path, folder: Path, now: datetime, *, replace: bool) -> Restored:
    """Restore an archive; the install is held from then on. `folder` takes temporary files.

    Raises NotPossibleNow where the present database is used and may not be replaced, or is in use; InvalidInput
    for an archive that cannot be restored here.
    """
    path = path.absolute()
    manifest = archive.read_manifest(path)
    if manifest.database != store.kind:
        theirs, ours = TITLES.get(manifest.database, manifest.database), TITLES[store.kind]
        raise InvalidInput(
            f"This backup is of {theirs}, and this install uses {ours}.",
            "Unset DATABASE_URL." if store.kind == "postgresql" else "Set DATABASE_URL to an empty PostgreSQL.",
        )
    _require_known(manifest)
    if store.present().is_used and not replace:
        raise NotPossibleNow(
            f"The database {store.describe()} is in use. Nothing was restored.",
            "Give --replace to put the backup in its place; it is kept aside.",
        )
    with archive.beside(folder / store.entry) as (copy,):
        verify(store, path, copy)
        return Restored(manifest, store.restore(copy, now, manifest.created_at))


def _require_known(manifest: BackupManifest) -> None:
    """Refuse tables of a newer version: there is no way back from them."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = {f"{app}.{name}" for app, name in loader.disk_migrations} | {
        f"{app}.{name}" for app, name in loader.replacements
    }
    ours = {app for app, _ in loader.disk_migrations if app.startswith("counterfoil")}
    newer = [each for each in manifest.migrations if each.partition(".")[0] in ours and each not in known]
    if newer:
        raise InvalidInput(
            f"The tables in this backup are those of a newer version ({manifest.version or newer[0]}).",
            "Restore it with that version or a later one.",
        )
