"""The package imports, knows its version and agrees with itself."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import counterfoil


def test_the_package_names_what_it_is() -> None:
    assert "your own copy" in (counterfoil.__doc__ or "")
    assert version("counterfoil") == "0.1.0"


def test_the_models_and_the_migrations_agree(tmp_path: Path) -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "counterfoil.project.settings",
            "COUNTERFOIL_DATA_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
