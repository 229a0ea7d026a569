"""The audit calls nothing safe that it has not checked."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("audit", ROOT / "scripts" / "audit.py")
assert SPEC is not None
assert SPEC.loader is not None
audit: Any = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(audit)

SAFE = {"name": "django", "version": "6.1.3", "vulns": []}
HOLED = {"name": "h11", "version": "0.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["0.2"]}]}
SKIPPED = {"name": "rich", "skip_reason": "Dependency not found on PyPI and could not be audited: rich (15.0.0)"}


def judged(needed: list[str], *entries: dict[str, Any]) -> tuple[str, int]:
    lines, status = audit.judge(needed, json.dumps({"dependencies": entries, "fixes": []}), "")
    return "\n".join(lines), status


def test_all_checked_and_none_vulnerable_is_the_only_success() -> None:
    assert judged(["django"], SAFE) == ("1 dependencies checked: no known vulnerabilities.", 0)


def test_what_was_skipped_or_is_not_in_the_answer_is_named_and_fails() -> None:
    said, status = judged(["django", "rich", "typer"], SAFE, SKIPPED)
    assert status == 2
    assert "2 of 3 dependencies could not be checked: rich, typer." in said
    assert "not found on PyPI" in said


def test_a_vulnerability_fails_whatever_was_skipped() -> None:
    said, status = judged(["h11", "rich"], HOLED, SKIPPED)
    assert status == 1
    assert "h11 0.1: PYSEC-1 (fixed in 0.2)" in said
    assert "could not be checked: rich." in said


def test_nothing_checked_is_never_no_known_vulnerabilities() -> None:
    said, status = judged(["rich"], SKIPPED)
    assert (status, "no known" in said) == (2, False)
    assert judged([]) == ("0 of 0 dependencies could not be checked: .", 2)


@pytest.mark.parametrize("answer", ["", "null", "{}", "<html>"])
def test_no_answer_is_a_failure_with_its_reason(answer: str) -> None:
    lines, status = audit.judge(["rich"], answer, "Traceback\nConnectionError: no network")
    assert (lines, status) == (["Nothing could be checked: ConnectionError: no network"], 2)


def test_every_dependency_of_the_lock_is_looked_at() -> None:
    text = (ROOT / "requirements-dev.lock").read_text()
    needed, elsewhere = audit.read_lock(text)
    assert len(needed) + len(elsewhere) == sum("==" in line and line[0].isalnum() for line in text.splitlines())
    assert "django" in needed
    assert "tzdata" in elsewhere
