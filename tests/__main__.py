"""`make test`: every test on SQLite, then every test whose promise a database keeps again on a real PostgreSQL.

python -m tests [--on yyyy-mm-dd] [pytest's arguments]

With `--on`, every process of the run, the database's too, believes that it is noon of that day when it begins
(`support/shifted_clock.c`, which needs a C compiler).
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.postgres import server

CLOCK = Path(__file__).parent / "support" / "shifted_clock.c"


def main(arguments: list[str]) -> int:
    """Run both rounds; the second one also when the first fails. Returns the exit code."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what runs in the background
    arguments, day = _on(arguments)
    parallel = (
        [] if {"-n", "--pdb", "-s"} & set(arguments) else ["-n", "2", "--dist", "loadscope", "--durations", "10"]
    )
    with tempfile.TemporaryDirectory(prefix="cf-test-") as folder, _clock(day), server() as address:
        codes = [
            _round(
                "SQLite", parallel + arguments, {"COUNTERFOIL_TEST_DATA": f"{folder}/sqlite"}, drop="DATABASE_URL"
            ),
            _round(
                "PostgreSQL",
                [*parallel, "-m", _and_database(arguments), *arguments],
                {"COUNTERFOIL_TEST_DATA": f"{folder}/postgresql", "DATABASE_URL": f"{address}counterfoil"},
            ),
        ]
    nothing_selected = 5
    failed = [code for code in codes if code not in (0, nothing_selected)]
    return failed[0] if failed else min(codes)


def _on(arguments: list[str]) -> tuple[list[str], str]:
    if "--on" not in arguments:
        return arguments, ""
    at = arguments.index("--on")
    return arguments[:at] + arguments[at + 2 :], arguments[at + 1]


@contextmanager
def _clock(day: str) -> Iterator[None]:
    """Let processes that are started within the block believe that it is noon of that day now."""
    if not day:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="cf-clock-") as folder:
        Path(folder).chmod(0o755)  # the database runs as another user
        library = Path(folder) / "shifted_clock.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, CLOCK], check=True)
        ahead = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(hours=11) - datetime.now(UTC)
        os.environ.update(LD_PRELOAD=str(library), CLOCK_AHEAD=f"{ahead.total_seconds():.0f}")
        yield


def _round(name: str, arguments: list[str], environment: dict[str, str], drop: str = "") -> int:
    print(f"\n── {name} " + "─" * 60, flush=True)
    started = time.monotonic()
    merged = {**os.environ, **environment}
    for unwanted in (drop, "PYTHONDONTWRITEBYTECODE"):  # thousands of processes would compile our code anew
        merged.pop(unwanted, None)
    code = subprocess.call([sys.executable, "-m", "pytest", "-q", *arguments], env=merged)
    print(
        f"── {name}: {'passed' if code == 0 else f'exit {code}'} in {time.monotonic() - started:.0f} s", flush=True
    )
    return code


def _and_database(arguments: list[str]) -> str:
    marked = arguments[arguments.index("-m") + 1] if "-m" in arguments else "not long"
    return f"database and not once and ({marked})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
