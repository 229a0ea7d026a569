"""The archive of a backup: a ZIP file with a manifest and the database in it."""

import hashlib
import os
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from counterfoil.backup.manifest import BackupManifest
from counterfoil.errors import InvalidInput, NotPossibleNow

MANIFEST = "manifest.json"
A_PIECE = 1 << 20


def write(path: Path, manifest: BackupManifest, database: Path, *, compress: bool) -> None:
    """Write an archive, readable by its owner only, and wait until it is on disk."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    method = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with os.fdopen(handle, "w+b") as file:
        with zipfile.ZipFile(file, "w", method, compresslevel=1 if compress else None) as archive:
            archive.writestr(MANIFEST, manifest.to_json())
            archive.write(database, manifest.entry)
        file.flush()
        os.fsync(file.fileno())


def read_manifest(path: Path) -> BackupManifest:
    """Read what an archive says of itself. Raises InvalidInput for any other file."""
    with _opened(path) as archive:
        return BackupManifest.from_json(archive.read(MANIFEST))


def extract(path: Path, manifest: BackupManifest, target: Path) -> None:
    """Write the database of an archive to a new file. Raises InvalidInput where the archive is damaged."""
    with _opened(path) as archive, archive.open(manifest.entry) as source:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            while piece := source.read(A_PIECE):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    if target.stat().st_size != manifest.size or digest(target) != manifest.sha256:
        raise InvalidInput(f"The backup {path} is damaged.", "Use another one.")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def publish(made: Path, path: Path, *, replace: bool) -> None:
    """Give a finished file its name. Raises NotPossibleNow where that is taken, unless it may be replaced."""
    if replace:
        made.replace(path)
        return
    try:
        os.link(made, path)
    except FileExistsError:
        raise exists_already(path) from None
    except OSError:  # as on a file system without links
        if path.exists():
            raise exists_already(path) from None
        made.replace(path)


def exists_already(path: Path) -> NotPossibleNow:
    return NotPossibleNow(f"The file {path} exists already.", "Choose another name, or give --replace.")


@contextmanager
def beside(path: Path, count: int = 1) -> Iterator[list[Path]]:
    """Provide names for temporary files in the folder of a file, and remove what is left of them."""
    made = [path.with_name(f".{path.name}.{secrets.token_hex(4)}") for _ in range(count)]
    try:
        yield made
    finally:
        for each in made:
            for suffix in ("", "-wal", "-shm", "-journal"):
                each.with_name(each.name + suffix).unlink(missing_ok=True)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError:
        raise InvalidInput(f"There is no file {path}.", "Give the backup to restore.") from None
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError) as error:
        raise InvalidInput(
            f"{path} is not a backup of Counterfoil, or it is damaged.", "Give one that `backup` made."
        ) from error


def free_path(wanted: Path) -> Path:
    """Return a path of no file yet: the wanted one, else with a number, as where two are made in one second."""
    path, number = wanted, 1
    while path.exists():
        number += 1
        path = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
    return path
