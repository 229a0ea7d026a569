"""Every file, module, function and test that the documentation names exists."""

import importlib
import re
from pathlib import Path

import pytest
from django.apps import apps

from tests.docs.pages import LAWS, PACKAGE, PAGES, ROOT, fences, name, prose, quoted

ROOMS = {path.name for path in PACKAGE.iterdir() if path.is_dir()} | {"counterfoil", "errors"}
FILES = (".py", ".sql", ".sqlite3", ".log", ".md")
SECTIONS = ["The story", "What the product does", "Where", "How we know"]


def files(page: Path) -> set[str]:
    """Collect the code paths on a page; `*` matches any name."""
    drawn = " ".join(fence.text for fence in fences(page) if not fence.language)
    return set(re.findall(r"[\w*./-]+\.(?:py|sql)\b", drawn)) | {
        word for word in quoted(page) if re.fullmatch(r"[\w*./-]+\.(?:py|sql)", word)
    }


def is_there(path: str) -> bool:
    """Look a path up in the project's folder, the package, the engine and the connectors."""
    folders = [ROOT, ROOT / "src", PACKAGE, PACKAGE / "connectors"]
    return any(True for folder in folders for _ in folder.glob(path))


def dotted(page: Path) -> set[str]:
    """Collect names like `ingest.pipeline.Ingest.begin`, also with brackets.

    They begin with a folder of the package.
    """
    names = {word.removesuffix("()") for word in quoted(page) if not word.endswith(FILES)}
    return {word for word in names if re.fullmatch(r"[a-z_]+(\.\w+)+", word) and word.split(".")[0] in ROOMS}


def resolve(words: str) -> object:
    """Import the part that is a module, and look up the rest. Raises where something is missing."""
    parts = words.removeprefix("counterfoil.").split(".")
    found: object = importlib.import_module("counterfoil")
    for at, part in enumerate(parts, start=1):
        if (PACKAGE.joinpath(*parts[:at])).is_dir() or PACKAGE.joinpath(*parts[:at]).with_suffix(".py").is_file():
            found = importlib.import_module(".".join(["counterfoil", *parts[:at]]))
        elif part in getattr(found, "__dataclass_fields__", {}):
            return found
        else:
            found = getattr(found, part)
    return found


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_file_of_code_that_a_page_names_exists(page: Path) -> None:
    assert sorted(path for path in files(page) if not is_there(path)) == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_dotted_name_of_a_page_exists(page: Path) -> None:
    for words in sorted(dotted(page)):
        assert resolve(words) is not None, words


def test_the_architecture_names_functions_and_not_only_files() -> None:
    assert len(dotted(ROOT / "docs" / "architecture.md")) > 20


@pytest.mark.parametrize("page", LAWS, ids=name)
def test_a_law_page_tells_story_product_place_and_proof(page: Path) -> None:
    assert re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE) == SECTIONS
    assert re.match(r"# Law \d+: ", page.read_text())


@pytest.mark.parametrize("page", LAWS, ids=name)
def test_every_test_that_a_law_page_names_exists_and_there_is_one(page: Path) -> None:
    proof = prose(page).partition("## How we know")[2]
    named = 0
    file = ""
    for word in re.findall(r"`([^`\n]+)`", proof):
        if word.startswith("tests/"):
            file = (ROOT / word).read_text()
        elif word.startswith("test_"):
            named += 1
            assert f"def {word}(" in file, word
    assert named > 0


def test_every_test_that_holds_a_fault_exists() -> None:
    rows = (ROOT / "docs" / "faults.md").read_text().splitlines()[7:]
    assert rows
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row)
        assert named, row
        for file, test in named:
            assert f"def {test}(" in (ROOT / file).read_text(), test


def test_the_index_of_the_laws_speaks_of_every_law_once() -> None:
    text = (ROOT / "docs" / "laws.md").read_text()
    kept = [int(page.name[:2]) for page in LAWS]
    to_come = [int(number) for number in re.findall(r"law (\d+)", text.partition("Not kept yet")[2])]
    assert sorted(kept + to_come) == list(range(1, 13))
    assert all(f"(laws/{page.name})" in text for page in LAWS)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_table_constraint_and_label_that_a_page_names_exists(page: Path) -> None:
    models = [model for model in apps.get_models(include_auto_created=True) if "counterfoil" in model.__module__]
    there = {app.label for app in apps.get_app_configs()} | {"counterfoil_ticket", "counterfoil_customer_search"}
    for model in models:
        there |= {model._meta.db_table}
        there |= {entry.name for entry in (*model._meta.constraints, *model._meta.indexes)}
    named = set(re.findall(r"\bcounterfoil_\w+", page.read_text())) - {"counterfoil_simulators"}
    assert sorted(named - there) == []
