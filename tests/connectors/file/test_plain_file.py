"""A file is a plain one of bounded size and bounded lines: nothing at a path fills memory or blocks the reader."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from counterfoil.connectors.file import lines
from counterfoil.connectors.file.layout import Layout
from counterfoil.connectors.file.records import LARGEST_PAGE, Records
from counterfoil.connectors.file.rows import columns, rows
from counterfoil.connectors.page import PageRequest
from counterfoil.errors import InvalidInput, InvalidSetting, NotFound
from counterfoil.imports.source_file import open_file
from tests.support.upstream import Notes

PLAIN = "Id,Name\n1,Garage Peeters\n"


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe.csv")
    return tmp_path / "pipe.csv"


@pytest.fixture
def short_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a kilobyte be the longest line."""
    monkeypatch.setattr(lines, "LONGEST_LINE", 1024)


def socket_at(path: Path, stack: ExitStack) -> Path:
    server = stack.enter_context(socket.socket(socket.AF_UNIX))
    server.bind(str(path))
    return path


@pytest.fixture
def strange(tmp_path: Path, pipe: Path) -> Iterator[dict[str, Path]]:
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    (tmp_path / "file.txt").write_text(PLAIN)
    with ExitStack() as stack:
        yield {
            "device": Path("/dev/zero"),
            "link to a device": tmp_path / "zero.csv",
            "pipe": pipe,
            "socket": socket_at(tmp_path / "s.csv", stack),
            "folder": tmp_path,
            "file of the kernel": Path("/proc/self/environ"),
            "link to itself": tmp_path / "loop.csv",
            "below a file": tmp_path / "file.txt" / "rows.csv",
            "nothing": tmp_path / "nothing.csv",
            "name too long": tmp_path / ("n" * 300),
            "name with NUL": tmp_path / "a\0b.csv",
        }


SENTENCES = {
    "device": "/dev/zero is a device, a pipe or the like, not a file of data.",
    "link to a device": "is a device, a pipe or the like",
    "pipe": "is a device, a pipe or the like",
    "socket": "is a device, a pipe or the like",
    "folder": "is a folder, not a file.",
    "file of the kernel": "is a device, a pipe or the like",
    "link to itself": "cannot be read (Too many levels of symbolic links).",
    "below a file": "There is no file",
    "nothing": "There is no file",
    "name too long": "cannot be read (File name too long).",
    "name with NUL": "There is no file",
}


@pytest.mark.parametrize("kind", SENTENCES)
def test_what_is_no_plain_file_is_refused_with_its_path(strange: dict[str, Path], kind: str) -> None:
    for opened in (lambda path: columns(path, Layout()), lambda path: open_file(path, {})):
        with pytest.raises((InvalidInput, NotFound)) as caught:
            opened(strange[kind])
        assert SENTENCES[kind] in caught.value.message


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
def test_a_file_of_one_endless_line_is_refused_in_little_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(200 * 2**20)  # of zeros, that take no room on the disk
    script = f"""
import re
from pathlib import Path
from counterfoil.connectors.file.rows import Layout, columns
from counterfoil.errors import InvalidInput
try:
    columns(Path({str(path)!r}), Layout())
except InvalidInput as error:
    print(error.message)
print(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    message, kilobytes = done.stdout.splitlines()
    assert message == f"{name} is no CSV or JSON-lines file: its first line is longer than 16 MB."
    assert int(kilobytes) < 200 * 1024


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
def test_law_9_a_line_that_is_too_long_costs_only_itself(tmp_path: Path, short_lines: None, name: str) -> None:
    path = tmp_path / name
    long = "x" * 5000
    text = {
        "rows.csv": f"Id,Name\n1,A\n2,{long}\n3,C\n",
        "rows.jsonl": f'{{"Id":1}}\n{{"Id":"{long}"}}\n{{"Id":3}}\n',
    }
    path.write_text(text[name])
    first, second, third = rows(path, Layout())
    assert (str(first.values["Id"]), str(third.values["Id"])) == ("1", "3")
    assert (second.values, len(second.text)) == ({}, 1000)
    assert second.problem == f"Line {second.line} cannot be read (it is longer than 0 MB)."
    assert third.line == second.line + 1


def test_a_json_line_of_a_million_values_is_not_decoded(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"Id":1}\n{"Id":2,"x":[' + "[]," * 1_000_001 + "[]]}\n")
    _, second = rows(path, Layout())
    assert second.problem == "Line 2 has more than 1,000,000 values."


def test_a_header_of_more_columns_than_any_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("," * 20_000 + "\n")
    with pytest.raises(InvalidInput, match="has more than 10,000 columns"):
        columns(path, Layout())


def test_the_largest_file_is_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(PLAIN + "2,B\n" * 300_000)
    monkeypatch.setenv("COUNTERFOIL_FILE_MAX_MB", "1")
    with pytest.raises(InvalidInput, match="has more than 1 MB") as caught:
        columns(path, Layout())
    assert "COUNTERFOIL_FILE_MAX_MB" in caught.value.advice
    monkeypatch.setenv("COUNTERFOIL_FILE_MAX_MB", "2")
    assert columns(path, Layout()) == ["Id", "Name"]
    monkeypatch.setenv("COUNTERFOIL_FILE_MAX_MB", "-1")
    with pytest.raises(InvalidSetting, match="COUNTERFOIL_FILE_MAX_MB"):
        columns(path, Layout())


def test_a_file_that_grows_without_end_while_it_is_read_ends_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERFOIL_FILE_MAX_MB", "1")
    path = tmp_path / "rows.csv"
    path.write_text(PLAIN)

    def read_a_row_and_write_a_thousand() -> None:
        with path.open("a") as growing:
            for _ in rows(path, Layout()):
                growing.write("2,Garage Peeters\n" * 1000)
                growing.flush()

    with pytest.raises(InvalidInput, match="has more than 1 MB"):
        read_a_row_and_write_a_thousand()


def test_a_page_of_large_rows_ends_with_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("Id,Name\n" + "".join(f"{number},{'x' * 2**20}\n" for number in range(20)))
    records = Records(path, ["Id"], Layout(), Notes())
    pages = [records.fetch(PageRequest(number=number, size=500)) for number in range(3)]
    assert [page.last for page in pages] == [False, False, True]
    assert sum(len(page.items) for page in pages) == 20
    assert max(page.length for page in pages) < LARGEST_PAGE + 2 * 2**20
    assert records.fetch(PageRequest(number=1, size=500)).items[0].external_id == "8"
