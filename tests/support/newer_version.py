"""A version of the program that has more migrations than this one, in this process or in one of its own.

python -m tests.support.newer_version FOLDER COMMAND...    the command line of such a version
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.test import override_settings

from counterfoil.mirror import migrations
from tests.support.install import Install

PACKAGE = "newer_migrations"
LABEL = "counterfoil_mirror"
TEXT = """
from django.db import migrations, models

{helpers}

class Migration(migrations.Migration):
    {attributes}
    dependencies = [("counterfoil_mirror", {after!r})]
    operations = [{operations}]
"""


def write_migration(
    folder: Path, name: str, after: str, operations: str = "", helpers: str = "", attributes: str = ""
) -> None:
    """Write one migration that comes after another, beside those of this version."""
    package = folder / PACKAGE
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(f"__path__.append({str(Path(str(migrations.__file__)).parent)!r})\n")
    text = TEXT.format(helpers=helpers, attributes=attributes, after=after, operations=operations)
    (package / f"{name}.py").write_text(text)


def latest() -> str:
    """Return the name of the newest migration of this version."""
    return max(file.stem for file in Path(str(migrations.__file__)).parent.glob("0*.py"))


@contextmanager
def newer_version(folder: Path) -> Iterator[None]:
    """Make this process one that has the migrations in `folder`, too."""
    from counterfoil.mirror import requirements

    sys.path.insert(0, str(folder))
    try:
        with override_settings(MIGRATION_MODULES={LABEL: PACKAGE}):
            requirements.known_migrations.cache_clear()
            yield
    finally:
        sys.path.remove(str(folder))
        requirements.known_migrations.cache_clear()
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]


def start_newer(install: Install, folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """Start the command line of a version with the migrations in `folder`; the test ends it."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.newer_version", str(folder), *arguments], env=install.environ(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def run_newer(install: Install, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run it to its end."""
    started = start_newer(install, folder, *arguments)
    out, error = started.communicate(timeout=90)
    return subprocess.CompletedProcess(started.args, started.returncode, out, error)


if __name__ == "__main__":
    from counterfoil.cli.main import main

    sys.path.insert(0, sys.argv.pop(1))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterfoil.project.settings")
    settings.MIGRATION_MODULES = {LABEL: PACKAGE}
    main()
