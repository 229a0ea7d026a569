"""The data folder of an install: embedded database, encryption key, logs."""

import os
from pathlib import Path

from platformdirs import user_data_path

from counterfoil.errors import InvalidSetting


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
