"""What keeps the source easy to find one's way in. Layers are import-linter's, docstrings ruff's to keep."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
EVERYWHERE = {"Migration", "DatabaseWrapper"}
"""Names that Django looks for."""
MOST_LINES = 400
RIDDLES = {"of", "ask", "take", "known", "said", "held"}
"""Names that say nothing where a module is imported from."""


def test_no_public_class_name_stands_twice() -> None:
    files = defaultdict(set)
    for path, tree in _modules(SOURCE):
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                files[node.name].add(str(path.relative_to(SOURCE)))
    same = {name: sorted(places) for name, places in files.items() if len(places) > 1 and name not in EVERYWHERE}
    assert same == {}


def test_no_function_of_a_module_has_a_name_that_needs_its_context() -> None:
    riddles = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for folder in (SOURCE, ROOT / "tests", ROOT / "bench")
        for path, tree in _modules(folder)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name in RIDDLES
    ]
    assert riddles == []


def test_no_file_is_longer_than_somebody_reads_at_once() -> None:
    lines = {path: len(path.read_text().splitlines()) for path in _files(SOURCE) if "migrations" not in path.parts}
    assert {str(path.relative_to(ROOT)): count for path, count in lines.items() if count > MOST_LINES} == {}


def test_names_of_tests_have_at_most_80_characters() -> None:
    names = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path, tree in _modules(ROOT / "tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and len(node.name) > 80
    ]
    assert names == []


def _modules(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in _files(folder):
        yield path, ast.parse(path.read_text())


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))
