"""Check the locked dependencies for known vulnerabilities, and say what could not be checked.

Exits with 0 only where every one of them was checked and none has any: with 1 where there are vulnerabilities, and
with 2 where some dependencies, or all, could not be checked.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.utils import canonicalize_name

_LOCKED = re.compile(
    r"^(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\\n]+))?", re.M
)
FOUND, UNCHECKED = 1, 2


def main(lock: Path) -> int:
    """Audit a lock file and print the outcome. Returns the exit status."""
    needed, elsewhere = read_lock(lock.read_text(encoding="utf-8"))
    command = ["pip-audit", "--requirement", str(lock), "--require-hashes", "--disable-pip", "--format", "json"]
    done = subprocess.run(
        [Path(sys.executable).parent / command[0], *command[1:], "--progress-spinner", "off"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines, status = judge(needed, done.stdout, done.stderr)
    if elsewhere:
        lines.append(f"Not for this platform, not looked at: {', '.join(elsewhere)}.")
    print("\n".join(lines))
    return status


def read_lock(text: str) -> tuple[list[str], list[str]]:
    """Return the dependencies of a lock file that are for this platform, and those that are for others."""
    needed: list[str] = []
    elsewhere: list[str] = []
    for found in _LOCKED.finditer(text):
        is_here = found["marker"] is None or Marker(found["marker"].strip()).evaluate()
        (needed if is_here else elsewhere).append(canonicalize_name(found["name"]))
    return needed, elsewhere


def judge(needed: Sequence[str], answer: str, complaint: str) -> tuple[list[str], int]:
    """Word what pip-audit has answered about the needed dependencies. Returns lines and the exit status."""
    try:
        entries: list[Mapping[str, Any]] = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        why = (complaint.strip().splitlines() or ["no answer"])[-1]
        return [f"Nothing could be checked: {why}"], UNCHECKED
    audited = {canonicalize_name(entry["name"]): entry for entry in entries}
    checked = [name for name in needed if "vulns" in audited.get(name, {})]
    vulnerable = [name for name in audited if audited[name].get("vulns")]
    lines = [_finding(audited[name]) for name in vulnerable]
    unchecked = [name for name in needed if name not in checked]
    if unchecked or not needed:
        lines.append(
            f"{len(unchecked)} of {len(needed)} dependencies could not be checked: {', '.join(unchecked)}."
        )
        lines += sorted({_why(audited.get(name, {})) for name in unchecked})[:3]
    if checked:
        found = (
            f"{len(vulnerable)} of them with known vulnerabilities" if vulnerable else "no known vulnerabilities"
        )
        lines.append(f"{len(checked)} dependencies checked: {found}.")
    if vulnerable:
        return lines, FOUND
    return lines, UNCHECKED if unchecked or not needed else 0


def _finding(entry: Mapping[str, Any]) -> str:
    each = (
        f"{v['id']} (fixed in {', '.join(v.get('fix_versions') or ['no version yet'])})" for v in entry["vulns"]
    )
    return f"{entry['name']} {entry.get('version', '')}: {'; '.join(each)}"


def _why(entry: Mapping[str, Any]) -> str:
    reason = str(entry.get("skip_reason") or "It is not in the answer.")
    return f"Reason: {re.sub(r': [^:]*$', '', reason)}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
