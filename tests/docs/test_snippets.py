"""Every shell command of the documentation is run, in the order of its page, in a new install."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer

from counterfoil.cli.main import app
from counterfoil_simulators.robaws import RobawsSimulator
from tests.docs.pages import DOCS, MANUAL, PAGES, README, Fence, fences, name
from tests.support.install import SECONDS, Install

DATABASES = {"sqlite", "postgresql"}
MOST_MANUAL = 4
ENDLESS = re.compile(r"^counterfoil (serve|worker)\b(.*)$", re.MULTILINE)
"""Commands that do not end by themselves; that they work is shown in tests/cli/test_background.py."""


def blocks(page: Path) -> list[Fence]:
    """List the page's shell blocks that are run."""
    return [fence for fence in fences(page) if fence.language == "sh" and MANUAL not in fence.words]


def on_its_databases(page: Path) -> Any:
    """Run a page on both databases only where its commands differ."""
    differs = any(DATABASES & set(block.words) for block in blocks(page))
    return pytest.param(page, id=name(page), marks=() if differs else pytest.mark.once)


RUN = [on_its_databases(page) for page in DOCS if blocks(page)]


@contextmanager
def scene(install: Install, sim: RobawsSimulator, page: Path, folder: Path) -> Iterator[dict[str, str]]:
    """Set up what a page requires.

    That is a file of customers, and the demo where the page mentions it, else a Robaws connection named main.
    """
    (folder / "customers.csv").write_text("Id;Naam;Telefoon\n1;Garage Janssens;03 234 56 78\n2;Acme;\n")
    install.environment["COUNTERFOIL_API_SECRET"] = sim.api_secret
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**install.environ(), "PATH": programs}
    if "make demo" not in page.read_text():
        install.connect(sim, "main")
        assert install.run("sync", "main").returncode == 0
        yield environment
        return
    demo = install.start("demo", "--customers", "300")
    try:
        assert demo.stdout is not None
        assert any(line.startswith("Console:") for line in demo.stdout)
        yield environment
    finally:
        demo.terminate()
        demo.communicate(timeout=30)


def script(block: Fence, sim: RobawsSimulator) -> str:
    """Replace the tenant by the simulator, and leave out commands that do not end."""
    text = block.text.replace("https://app.robaws.com/api/v2", sim.base_url)
    return ENDLESS.sub("", re.sub(r"\bKEY\b", sim.api_key, text))


def run_page(install: Install, sim: RobawsSimulator, page: Path, folder: Path) -> None:
    database = "postgresql" if install.dsn else "sqlite"
    with scene(install, sim, page, folder) as environment:
        for block in blocks(page):
            if not DATABASES & set(block.words) or database in block.words:
                done = subprocess.run(
                    ["sh", "-eu", "-c", script(block, sim)], cwd=folder, env=environment,
                    capture_output=True, text=True, timeout=SECONDS, check=False,
                )  # fmt: skip
                assert done.returncode == 0, (block.text, done.stdout, done.stderr)


@pytest.mark.once
def test_the_tour_of_the_readme_works(install: Install, sim: RobawsSimulator, tmp_path: Path) -> None:
    run_page(install, sim, README, tmp_path)
    counts = (
        "SELECT c.name, count(*) FROM counterfoil_customer JOIN counterfoil_connection c ON c.id = "
        "connection_id GROUP BY 1 ORDER BY 1"
    )
    assert install.sql(counts) == [("main", 250), ("mine", 2)]
    assert Install(install.folder / "demo").sql(counts) == [("demo", 300), ("demo-books", 300)]


@pytest.mark.parametrize("page", RUN)
def test_the_commands_of_a_page_work(install: Install, sim: RobawsSimulator, page: Path, tmp_path: Path) -> None:
    run_page(install, sim, page, tmp_path)


def test_commands_that_do_not_end_are_spelled_right() -> None:
    root: Any = typer.main.get_command(app)
    found = [match for page in PAGES for block in blocks(page) for match in ENDLESS.findall(block.text)]
    assert found
    for verb, words in found:
        command = root.commands[verb]
        command.make_context(verb, shlex.split(words, comments=True))


def test_shell_blocks_are_marked_as_such_and_few_are_not_run() -> None:
    all_of_them = [fence for page in PAGES for fence in fences(page)]
    assert not {fence.language for fence in all_of_them} & {"bash", "shell", "console", "zsh"}
    words = {word for fence in all_of_them if fence.language == "sh" for word in fence.words}
    assert words <= {MANUAL, *DATABASES}
    assert sum(MANUAL in fence.words for fence in all_of_them) <= MOST_MANUAL
