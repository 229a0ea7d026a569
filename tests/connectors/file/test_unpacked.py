"""A gzip file is read as what is in it, and never more of it than a file may have."""

import gzip
from pathlib import Path

import pytest

from counterfoil.connectors.file.layout import Layout
from counterfoil.connectors.file.rows import rows
from counterfoil.errors import InvalidInput

TEXT = "Id;Naam\n1;Müller\n2;Noël\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_what_is_packed_is_read_as_if_it_were_not(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode(encoding)))
    assert [row.values["Naam"] for row in rows(path, Layout())] == ["Müller", "Noël"]


@pytest.mark.parametrize("name", ["rows.json.gz", "rows.jsonl.gz"])
def test_packed_json_is_read_too(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(b'{"Id":1}\n{"Id":2}\n'))
    assert [row.values for row in rows(path, Layout())] == [{"Id": 1}, {"Id": 2}]


def test_parts_packed_one_after_the_other_are_one_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode()) + gzip.compress(b"3;Zoe\n"))
    assert len(list(rows(path, Layout()))) == 3


def test_law_3_a_packed_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv.gz"
    packed = gzip.compress("".join(f"{number};Naam {number * 7919}\n" for number in range(20_000)).encode())
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(InvalidInput, match="damaged or cut off"):
        list(rows(path, Layout()))
    path.write_bytes(packed[:-4] + b"\0\0\0\0")
    with pytest.raises(InvalidInput, match="damaged or cut off"):
        list(rows(path, Layout()))


def test_a_small_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERFOIL_FILE_MAX_MB", "1")
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(b"Id;Naam\n" + b"1;A\n" * 1_000_000))
    assert path.stat().st_size < 100_000
    with pytest.raises(InvalidInput, match="has more than 1 MB"):
        list(rows(path, Layout()))
