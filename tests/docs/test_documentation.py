"""The documentation is consistent: its links resolve, its index is complete."""

import re
from pathlib import Path

import pytest

from counterfoil.console.site import permissions
from tests.docs.pages import DOCS, PAGES, README, ROOT, name

INDEX = ROOT / "docs" / "README.md"


def targets(page: Path) -> set[Path]:
    """Collect the files and folders that a page's relative links lead to."""
    found = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    return {(page.parent / target).resolve() for target in found if not re.match(r"[a-z]+:", target)}


def tracked() -> list[Path]:
    """List every Markdown file of the project."""
    ours = [path for folder in ("docs", "src", "tests", "bench") for path in (ROOT / folder).rglob("*.md")]
    return [*ROOT.glob("*.md"), *ours]


@pytest.mark.parametrize("page", tracked(), ids=name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert [str(target) for target in targets(page) if not target.exists()] == []


def test_the_index_leads_to_every_page_and_the_readme_to_the_index() -> None:
    assert INDEX in targets(README)
    there = targets(INDEX) | {target for page in targets(INDEX) if page.is_file() for target in targets(page)}
    folders = {target for target in there if target.is_dir()}
    assert [name(page) for page in DOCS if page not in there and not folders & set(page.parents)] == []


def test_make_help_lists_what_the_documentation_names() -> None:
    known = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(), re.MULTILINE))
        assert named <= known, (page, named - known)


def test_the_table_of_roles_is_the_one_in_force() -> None:
    assert permissions.table() in (ROOT / "docs" / "roles.md").read_text()
