"""A report that is continued after a crash has every line once."""

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.errors import InvalidInput
from counterfoil.imports.report_file import ReportFile

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=5)
batches = st.lists(st.lists(st.tuples(st.integers(0), words), max_size=3), max_size=5)


@given(batches, st.binary(max_size=40))
def test_a_torn_end_is_overwritten(written: list[list[tuple[int, str]]], torn: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = ReportFile(Path(folder) / "list.csv", ("line", "word"))
        position = report.create()
        for lines in written:
            with report.path.open("ab") as file:
                file.write(torn)
            assert report.reaches(position)
            position = report.write(position, lines)
        found = list(csv.reader(report.path.open(newline="", encoding="utf-8")))
        assert report.reaches(position)
        assert not report.reaches(position + 1)
    assert [row[0] for row in found] == ["line", *(str(line) for lines in written for line, _ in lines)]


def test_a_cell_is_never_a_formula(tmp_path: Path) -> None:
    report = ReportFile(tmp_path / "list.csv", ("word",))
    report.write(report.create(), [["=1+1"]])
    assert report.path.read_text() == "word\n'=1+1\n"


def test_a_path_that_cannot_be_written_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be written"):
        ReportFile(tmp_path / "no" / "list.csv", ("word",)).create()
