"""Hold that a migration on main is never edited, renamed or deleted: an install that applied it would differ.

python -m tests.support.migration_digests          check; `make check` does
python -m tests.support.migration_digests --add    add the new ones; a digest that stands is never changed
"""

import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = "migrations.sha256"
"""Lines as `sha256sum` writes them."""
MAIN = ("origin/main", "main")


def read_digests(text: str) -> dict[str, str]:
    """Read digests by the path of their migration."""
    pairs = (line.split(maxsplit=1) for line in text.splitlines() if line.strip())
    return {path: digest for digest, path in pairs}


def find_faults(stated: Mapping[str, str], actual: Mapping[str, str], standing: Mapping[str, str]) -> list[str]:
    """Compare the digests in the file, those of the migrations as they are, and those that stand on main."""
    faults = [
        f"{path}: its digest was changed or removed from {FILE}. Put it back, and add a migration instead."
        for path, digest in standing.items()
        if stated.get(path) != digest
    ]
    for path, digest in stated.items():
        if path not in actual:
            faults.append(f"{path}: it was renamed or deleted. Put it back, and add a migration instead.")
        elif actual[path] != digest:
            faults.append(f"{path}: it was edited. Undo that, and add a migration instead.")
    faults += [f"{path}: it is new. Run `make migrations`." for path in actual if path not in stated]
    return faults


def actual_digests(root: Path) -> dict[str, str]:
    """Digest every migration that there is."""
    files = sorted(root.glob("src/*/*/migrations/[0-9]*.py"))
    return {file.relative_to(root).as_posix(): sha256(file.read_bytes()).hexdigest() for file in files}


def standing_digests(root: Path) -> dict[str, str]:
    """Read the digests on main where this is a branch of it, else those of the commit before; none without git."""
    head = _git(root, "rev-parse", "HEAD")
    bases = [_git(root, "merge-base", "HEAD", ref) for ref in MAIN]
    base = next((found for found in bases if found and found != head), None) or _git(root, "rev-parse", "HEAD~1")
    return read_digests(_git(root, "show", f"{base}:{FILE}")) if base else {}


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Return the exit code."""
    file = root / FILE
    actual = actual_digests(root)
    stated = read_digests(file.read_text()) if file.exists() else {}
    if arguments == ["--add"]:
        stated |= {path: digest for path, digest in actual.items() if path not in stated}
        file.write_text("".join(f"{digest}  {path}\n" for path, digest in sorted(stated.items())))
    faults = find_faults(stated, actual, standing_digests(root))
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
