"""What differs between the databases stays behind `mirror/store`."""

import ast
from pathlib import Path

import counterfoil

ROOT = Path(counterfoil.__file__).parent
EXEMPT = ("mirror/store/", "mirror/migrations/", "webhooks/migrations/")


def test_only_the_store_asks_which_database_is_in_use() -> None:
    files = (path for path in ROOT.rglob("*.py") if not path.relative_to(ROOT).as_posix().startswith(EXEMPT))
    asking = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "vendor"
    ]
    assert asking == []


def test_the_rule_sees_the_store_itself() -> None:
    assert "connection.vendor" in (ROOT / "mirror/store/__init__.py").read_text(encoding="utf-8")
