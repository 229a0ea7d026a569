"""The references are what the generator makes from the code, on any machine."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from counterfoil.cli import reference, run_now
from counterfoil.errors import CounterfoilError
from tests.docs.pages import PACKAGE, README, ROOT


@pytest.mark.parametrize("width", ["", "30", "400"])
def test_the_committed_references_are_what_make_docs_writes(tmp_path: Path, width: str) -> None:
    """Holds in any terminal and folder, and no user's data are touched."""
    data = tmp_path / "data"
    subprocess.run(
        [sys.executable, "-m", "counterfoil.cli.reference", str(tmp_path)],
        env={"PATH": os.environ["PATH"], "COUNTERFOIL_DATA_DIR": str(data), "COLUMNS": width, "LINES": width},
        cwd=tmp_path, check=True,
    )  # fmt: skip
    for page in ("cli.md", "settings.md"):
        assert (tmp_path / page).read_text() == (ROOT / "docs" / page).read_text(), f"{page}: run `make docs`"
    assert not data.exists()


def test_every_variable_that_the_code_reads_is_found() -> None:
    elsewhere = {"reference.py", "app_settings.py"}  # the latter reads the settings of a Django project
    text = "".join(path.read_text() for path in PACKAGE.rglob("*.py") if path.name not in elsewhere)
    named = set(re.findall(r"[\"'](COUNTERFOIL_[A-Z_]+)[\"']", text))
    assert len(named) > 10
    assert named <= set(reference.variables())


def test_the_settings_of_the_readme_are_read_by_the_code() -> None:
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", README.read_text(), re.MULTILINE))
    assert named
    assert named <= set(reference.variables())


def test_every_exit_code_that_the_command_line_can_end_with_is_explained() -> None:
    main = ast.parse((PACKAGE / "cli" / "main.py").read_text())
    ends = {
        node.args[0].value
        for node in ast.walk(main)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "sys.exit"
        and isinstance(node.args[0], ast.Constant)
    }
    ends |= {
        node.value.value
        for node in ast.walk(main)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant)
    }
    errors: list[type[CounterfoilError]] = [CounterfoilError, *_below(CounterfoilError)]
    ends |= {run_now.INTERRUPTED, 0, *(error.exit_code for error in errors)}
    assert ends == set(reference.EXIT_CODES)


def _below(kind: type[CounterfoilError]) -> list[type[CounterfoilError]]:
    return [found for child in kind.__subclasses__() for found in (child, *_below(child))]
