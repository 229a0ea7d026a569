"""Stored texts are made of templates, so that they can be reworded and translated later.

The rule looks at the errors whose text a run, an edit, a delivery or a quarantined record keeps, and at the
reasons that connectors return. An argument that is English text in the source is a finding.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil import errors

SOURCE = Path(errors.__file__).parent
PACKAGES = (
    "connectors",
    "connections",
    "mapping",
    "mirror",
    "ingest",
    "sync",
    "runs",
    "edits",
    "webhooks",
    "worker",
)
STORED = (errors.RetryLater, errors.SkipRecord, errors.Fatal, errors.CredentialsRefused)
REASONS = {"BadItem", "Evidence", "Read", "Blocked", "Quarantined"}
"""Classes whose `reason` is kept."""


def error_names(package: str) -> set[str]:
    """Return the errors whose text is kept: in connectors all of them, elsewhere the subtrees of STORED."""
    kinds = (errors.CounterfoilError,) if package == "connectors" else STORED
    return {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, kinds)}


def is_english(node: ast.expr) -> bool:
    """Return whether an argument is text in the source: a literal, an f-string, or made of them."""
    match node:
        case ast.Constant(value=str(text)):
            return text != ""
        case ast.JoinedStr():
            return True
        case ast.BinOp(left=left, right=right) | ast.IfExp(body=left, orelse=right):
            return is_english(left) or is_english(right)
        case ast.BoolOp(values=values):
            return any(is_english(value) for value in values)
        case ast.Call(func=ast.Attribute(value=value, attr="format" | "join")):
            return is_english(value)
    return False


def findings(path: Path, package: str) -> Iterator[str]:
    names = error_names(package)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in names:
            texts = [*node.args[:2], *(word.value for word in node.keywords if word.arg in {"message", "advice"})]
        elif name in REASONS:
            texts = [word.value for word in node.keywords if word.arg == "reason"]
            texts += [arg for arg in node.args if isinstance(arg, ast.JoinedStr)]
        else:
            continue
        if any(is_english(text) for text in texts):
            yield f"{path.parent.name}/{path.name}:{node.lineno}: {name}"


@pytest.mark.parametrize("package", PACKAGES)
def test_stored_texts_are_made_of_templates(package: str) -> None:
    found = [line for path in sorted((SOURCE / package).rglob("*.py")) for line in findings(path, package)]
    assert found == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('raise BadRecord("No id.")', True),
        ('raise errors.BadRecord(f"No {what}.")', True),
        ('raise OutcomeUnknown(messages.x(), "Wait " + more)', True),
        ('Evidence(complete=False, reason="gone")', True),
        ("raise BadRecord(messages.x(count=1))", False),
        ('raise Unavailable(messages.x(), "")', False),
        ('raise InvalidInput("Give one.")', False),
    ],
)
def test_the_rule_finds_english_in_the_source(tmp_path: Path, source: str, expected: bool) -> None:
    written = tmp_path / "x.py"
    written.write_text(source)

    assert bool(list(findings(written, "sync"))) is expected
