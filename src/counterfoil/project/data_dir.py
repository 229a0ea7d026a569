"""The folder that holds what belongs to this install: embedded database, encryption key, logs."""

import os
from pathlib import Path

from cryptography.fernet import Fernet
from platformdirs import user_data_path

from counterfoil.errors import InvalidSetting, KeyUnusable


def data_dir() -> Path:
    """`COUNTERFOIL_DATA_DIR`, else the platform's place for application data. Made on first use, private."""
    chosen = os.environ.get("COUNTERFOIL_DATA_DIR", "").strip()
    path = Path(chosen).expanduser().absolute() if chosen else user_data_path("counterfoil", appauthor=False)
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise InvalidSetting(
            f"The data folder {path} cannot be made ({error.strerror}).",
            "Set COUNTERFOIL_DATA_DIR to a folder that can be written.",
        ) from error
    return path


def keys(folder: Path) -> list[str]:
    """The encryption keys, newest first: `COUNTERFOIL_KEY` (several by comma), else the file `key`.

    The file is made on first use, readable by its owner only. Machines that share a database share the key.
    """
    given = [key.strip() for key in os.environ.get("COUNTERFOIL_KEY", "").split(",") if key.strip()]
    found = given or _file_keys(folder / "key")
    for key in found:
        try:
            Fernet(key)
        except ValueError as error:
            where = "COUNTERFOIL_KEY" if given else str(folder / "key")
            raise KeyUnusable(
                f"The encryption key in {where} is not a valid key.",
                "Restore it from your backup; without it, connect the upstreams again.",
            ) from error
    return found


def _file_keys(path: Path) -> list[str]:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        text = path.read_text(encoding="ascii", errors="replace")
        return [line.strip() for line in text.splitlines() if line.strip()] or [""]
    except OSError as error:
        raise InvalidSetting(
            f"The key file {path} cannot be written ({error.strerror}).",
            "Set COUNTERFOIL_DATA_DIR to a folder that can be written.",
        ) from error
    key = Fernet.generate_key()
    with os.fdopen(handle, "wb") as file:
        file.write(key + b"\n")
    return [key.decode()]
