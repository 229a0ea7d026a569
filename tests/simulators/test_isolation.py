"""The simulator imports nothing of the product."""

import ast
from pathlib import Path

import counterfoil_simulators

ALLOWED = ("counterfoil_simulators",)
FORBIDDEN_OUTSIDE = {"django", "httpx2", "psycopg", "ninja", "structlog", "phonenumbers", "stdnum"}


def test_simulator_imports_nothing_else_of_the_product() -> None:
    root = Path(counterfoil_simulators.__file__).parent
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert not name.startswith("counterfoil") or name.startswith(ALLOWED), (path, name)
                assert name.split(".")[0] not in FORBIDDEN_OUTSIDE, (path, name)
