"""The data folder of an install: embedded database, encryption key, logs."""

import os
from pathlib import Path

from cryptography.fernet import Fernet
from platformdirs import user_data_path

from counterfoil.errors import InvalidSetting, KeyUnusable


def data_dir() -> Path:
    """Return the folder COUNTERFOIL_DATA_DIR, or the platform's folder for application data.

    Creates it on first use, readable by its owner only. Raises InvalidSetting if that fails.
    """
    chosen = os.environ.get("COUNTERFOIL_DATA_DIR", "").strip()
    path = Path(chosen).expanduser().absolute() if chosen else user_data_path("counterfoil", appauthor=False)
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise InvalidSetting(
            f"The data folder {path} cannot be created ({error.strerror}).",
            "Set COUNTERFOIL_DATA_DIR to a folder that can be written.",
        ) from error
    return path


def keys(folder: Path) -> list[str]:
    """Return the encryption keys, newest first: from COUNTERFOIL_KEY (comma-separated), or the file `key`.

    Creates the file on first use, readable by its owner only. Machines that share a database need the same key.
    Raises KeyUnusable and InvalidSetting.
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
                "Restore it from your backup; without it, connect every system again.",
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
