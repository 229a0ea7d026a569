"""What the documentation says is true: its commands run, its links lead somewhere, its files exist."""

import re
import shlex
from pathlib import Path

import pytest

from counterfoil.console import roles
from counterfoil.simulator.robaws import RobawsSimulator
from tests.support.install import Install

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]


def commands(block: str) -> list[list[str]]:
    """The commands of the README's block after `<!-- run: block -->`."""
    found = re.search(rf"<!-- run: {block} -->\n```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found is not None
    return [shlex.split(line, comments=True)[1:] for line in found[1].splitlines() if line.strip()]


def run_all(install: Install, block: str, *, but: str = "") -> None:
    for words in commands(block):
        if words[0] != but:
            done = install.run(*words)
            assert done.returncode == 0, (words, done.stdout, done.stderr)


def test_the_tour_of_the_readme_works(install: Install) -> None:
    demo = install.start("demo", "--customers", "4017")
    try:
        assert demo.stdout is not None
        for line in demo.stdout:
            if line.startswith("Console:"):
                break
        run_all(install, "demo")
    finally:
        demo.terminate()
        demo.communicate(timeout=30)


def test_the_readmes_file_commands_work(install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "customers.csv").write_text("Id;Naam;Telefoon\n1;Garage Janssens;03 234 56 78\n2;Acme;\n")
    run_all(install, "file")
    assert install.sql("SELECT count(*) FROM customer") == [(2,)]


def test_the_readmes_robaws_commands_work(install: Install, sim: RobawsSimulator) -> None:
    install.environment["COUNTERFOIL_API_SECRET"] = sim.api_secret
    for words in commands("robaws"):
        if words[0] == "serve":
            continue  # does not end by itself; see tests/cli/test_background.py
        there = {"https://app.robaws.com/api/v2": sim.base_url, "KEY": sim.api_key}
        done = install.run(*[there.get(word, word) for word in words])
        assert done.returncode == 0, (words, done.stderr)
    assert install.sql("SELECT count(*) FROM customer") == [(250,)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_every_file_that_the_laws_name_exists() -> None:
    text = (ROOT / "docs" / "laws.md").read_text()
    for path in re.findall(r"`((?:tests|mirror)/[\w/*]+\.(?:py|sql))`", text):
        folder = ROOT if path.startswith("tests") else ROOT / "src" / "counterfoil"
        assert list(folder.glob(path)), path


def test_make_help_lists_what_the_readme_and_contributing_name() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES[:2]:
        named = set(re.findall(r"make ([a-z-]+)", page.read_text()))
        assert named - {"and"} <= targets, named - targets


def test_the_table_of_roles_is_the_one_in_force() -> None:
    assert roles.table() in (ROOT / "docs" / "roles.md").read_text()
