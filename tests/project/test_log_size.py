"""The log stays small whatever is said, by whom, how often and by how many processes; no line is lost."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.db import OperationalError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.project import log_file
from counterfoil.project.log_repeats import SPAN, Repeats


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Send the log of this process to a file of its own."""
    before, level = logging.root.handlers[:], logging.root.level
    logging.root.handlers = []
    kept = structlog.get_config()
    log_file.open_in(tmp_path)
    (handler,) = logging.root.handlers
    monkeypatch.setattr(handler, "_clock", clock)
    yield tmp_path / "logs" / "counterfoil.log"
    handler.close()
    logging.root.handlers = before
    logging.root.setLevel(level)
    structlog.configure(**kept)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_what_is_said_again_is_counted_and_the_count_is_said(log: Path, clock: Clock) -> None:
    for _ in range(400):
        logging.getLogger("x").warning("a stranger said %s", "hello")
    assert len(lines(log)) == 30
    clock.now += SPAN
    logging.getLogger("x").warning("something else")
    *_, count, last = lines(log)
    assert count["event"] == "again 370 times in the last minute: a stranger said hello"
    assert last["event"] == "something else"


def test_a_foreign_host_is_one_short_line_a_minute(log: Path) -> None:
    for number in range(50):
        assert Client(headers={"host": f"evil{number}{'x' * 500}"}).get("/").status_code == 400
    (line,) = lines(log)
    assert line["event"].startswith("Invalid HTTP_HOST header: 'evil0")
    assert len(json.dumps(line)) < 400
    assert "exception" not in line


@pytest.mark.parametrize("structured", [True, False])
def test_a_database_that_is_away_is_one_line_a_minute(log: Path, clock: Clock, *, structured: bool) -> None:
    for second in range(120):
        clock.now = float(second)
        for what in ("database unavailable, retrying", "claim not renewed, trying again"):
            try:
                raise OperationalError("database is locked") from ConnectionRefusedError()
            except OperationalError:
                if structured:
                    structlog.get_logger().exception(what)
                else:
                    logging.getLogger("x").exception(what)
    said = [line for line in lines(log) if not line["event"].startswith("again")]
    assert len(said) <= 3
    assert all("exception" not in line for line in lines(log))


def test_an_error_that_nobody_knows_keeps_its_traceback_of_bounded_length(log: Path) -> None:
    try:
        raise ValueError("x" * 10**6)
    except ValueError:
        structlog.get_logger().exception("failed", body="y" * 10**6)
    (line,) = lines(log)
    assert "Traceback" in line["exception"]
    assert len(log.read_text()) < 30_000


def test_control_characters_are_escaped(log: Path) -> None:
    structlog.get_logger().warning("name", name="a\x1b[31m\u202e\ud800")
    assert not {"\x1b", "\u202e"} & set(log.read_text())
    assert lines(log)[0]["name"] == "a\x1b[31m\u202e\ud800"


WRITE = """
import logging, sys
from pathlib import Path
from counterfoil.project import log_file
log_file.BIGGEST = 20_000
handler = log_file.LogFile(Path(sys.argv[1]))
logging.basicConfig(level=logging.INFO, handlers=[handler])
for number in range(500):
    logging.getLogger("x").info("%s %d %s", sys.argv[2], number, "x" * 100)
"""


def test_processes_that_rename_the_file_together_lose_no_line(tmp_path: Path) -> None:
    path = tmp_path / "counterfoil.log"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITE.replace("20_000", "60_000"), str(path), name])
        for name in "abc"
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    files = sorted(tmp_path.iterdir())
    assert 2 < len(files) <= 6
    found = [
        tuple(line.removeprefix("INFO:x:").split()[:2]) for file in files for line in file.read_text().splitlines()
    ]
    assert sorted(found) == sorted((name, str(number)) for name in "abc" for number in range(500))


def test_old_files_are_few(tmp_path: Path) -> None:
    path = tmp_path / "counterfoil.log"
    subprocess.run([sys.executable, "-c", WRITE.replace("20_000", "1_000"), str(path), "a"], check=True)
    assert {file.name for file in tmp_path.iterdir()} <= {path.name, *(f"{path.name}.{n}" for n in range(1, 6))}
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 8_000


def test_a_full_disk_is_one_line_on_stderr(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "counterfoil.log"
    path.symlink_to("/dev/full")
    handler = log_file.LogFile(path)
    for number in range(598):
        handler.emit(logging.LogRecord("x", logging.INFO, __file__, number, "hello", (), None))
    assert (
        capsys.readouterr().err == "The log cannot be written (No space left on device); it goes on when it can.\n"
    )
    path.unlink()
    handler.emit(logging.LogRecord("x", logging.INFO, __file__, 1, "there is room", (), None))
    assert path.read_text() == "there is room\n"
    handler.close()


def test_a_folder_that_is_gone_or_no_stderr_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    handler = log_file.LogFile(tmp_path / "gone" / "counterfoil.log")
    handler.emit(logging.LogRecord("x", logging.INFO, __file__, 1, "hello", (), None))
    handler.close()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 10)), max_size=200), st.integers(1, 5))
def test_every_line_is_written_or_counted(said: list[tuple[str, float]], most: int) -> None:
    repeats, now, written, counted = Repeats(), 0.0, 0, 0
    for place, passed in said:
        now += passed
        counted += sum(again for _, again in repeats.finished(now))
        written += repeats.admit(place, most, now)
    counted += sum(again for _, again in repeats.finished(now, all_of_them=True))
    assert written + counted == len(said)


def test_the_log_is_for_the_user_that_runs_this(tmp_path: Path) -> None:
    handler = log_file.LogFile(tmp_path / "counterfoil.log")
    handler.emit(logging.LogRecord("x", logging.INFO, __file__, 1, "hello", (), None))
    assert (tmp_path / "counterfoil.log").stat().st_mode & 0o077 == 0
    handler.close()
