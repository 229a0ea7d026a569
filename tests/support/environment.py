"""The test environment, loaded by pytest before anything else: tests never touch a developer's data."""

import os
import tempfile
from pathlib import Path

if "COUNTERFOIL_TEST_DATA" not in os.environ:
    os.environ["COUNTERFOIL_TEST_DATA"] = tempfile.mkdtemp(prefix="cf-test-")
os.environ["COUNTERFOIL_DATA_DIR"] = os.environ["COUNTERFOIL_TEST_DATA"]
os.environ["COUNTERFOIL_TIME_ZONE"] = "Europe/Brussels"
os.environ.pop("COUNTERFOIL_KEY", None)

from counterfoil.project.key_file import KeyFile

_FOLDER = Path(os.environ["COUNTERFOIL_TEST_DATA"])
_FOLDER.mkdir(parents=True, exist_ok=True)
KeyFile(_FOLDER / "key").create()
