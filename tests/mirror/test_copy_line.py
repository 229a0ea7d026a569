"""Rows prepared outside the database arrive in it to the letter."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.mirror.row import copy_line

texts = st.none() | st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=40)


def unescaped(cell: str) -> str | None:
    """PostgreSQL's COPY text format, read back by its documentation."""
    if cell == "\\N":
        return None
    found, at = "", 0
    while at < len(cell):
        if cell[at] == "\\":
            at += 1
            found += {"n": "\n", "r": "\r", "t": "\t", "\\": "\\"}[cell[at]]
        else:
            found += cell[at]
        at += 1
    return found


@given(st.lists(texts, min_size=1, max_size=8))
def test_every_text_survives_the_copy_format(values: list[str | None]) -> None:
    line = copy_line(values).decode()
    assert "\n" not in line
    assert [unescaped(cell) for cell in line.split("\t")] == values


@pytest.mark.django_db(transaction=True)
@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
def test_postgresql_reads_copied_text_back_unchanged(rows: list[tuple[str | None, str | None]]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's own format")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE IF NOT EXISTS copied (a text, b text, c boolean, d bytea, e timestamptz)"
        )
        cursor.execute("TRUNCATE copied")
        moment = datetime(2026, 5, 1, 12, 30, 1, 250_000, UTC)
        with cursor.copy("COPY copied FROM STDIN") as copy:
            copy.write(b"".join(copy_line((*row, True, b"\x00\\x", moment)) + b"\n" for row in rows))
        cursor.execute("SELECT a, b, c, d, e FROM copied")
        found: list[tuple[Any, ...]] = [(*row[:3], bytes(row[3]), row[4]) for row in cursor.fetchall()]
    assert found == [(*row, True, b"\x00\\x", moment) for row in rows]
