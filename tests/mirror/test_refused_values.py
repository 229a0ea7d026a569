"""An error about a value is told from a database that is away, by the database's own codes."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, ProgrammingError, transaction
from django.db import connection as database

from counterfoil.errors import BadRecord, DatabaseBusy, DiskFull, WriteRejected
from counterfoil.mirror import database as ours
from counterfoil.mirror.store import current_dialect

pytestmark = pytest.mark.django_db

REFUSED: dict[str, dict[str, tuple[str, Sequence[Any]]]] = {
    "postgresql": {
        "NUL in a text": ("SELECT %s::text", ["a\x00b"]),
        "NUL in jsonb": ("SELECT %s::jsonb", [r'{"a":"\u0000"}']),
        "half a surrogate pair": ("SELECT %s::jsonb", [r'"\ud83d"']),
        "no JSON": ("SELECT %s::json", ["{"]),
        "nesting": ("SELECT %s::jsonb", ["[" * 50_000 + "]" * 50_000]),
        "a number too large": ("SELECT %s::integer", ["99999999999"]),
        "a date that is none": ("SELECT %s::date", ["2026-02-31"]),
    },
    "sqlite": {
        "a number too large": ("SELECT %s", [10**20]),
        "a surrogate": ("SELECT %s", ["\ud83d"]),
    },
}
OTHERS: dict[str, tuple[str, Sequence[Any]]] = {
    "no table": ("SELECT * FROM nowhere", []),
    "no SQL": ("SELEC", []),
}


def error_of(run: Callable[[], object]) -> Exception:
    with pytest.raises(Exception) as caught, transaction.atomic():  # noqa: PT011  of which kind is the question
        run()
    error: Exception = caught.value
    return error


def query(statement: str, values: Sequence[Any]) -> Callable[[], object]:
    def run() -> None:
        with database.cursor() as cursor:
            cursor.execute(statement, values)

    return run


def test_an_error_about_a_value_is_no_outage() -> None:
    for name, (statement, values) in REFUSED[database.vendor].items():
        error = error_of(query(statement, values))
        assert current_dialect().refuses_value(error), name
        assert not ours.is_outage(error), name
        if isinstance(error, DatabaseError):
            translated = ours.translate_error(error)
            assert isinstance(translated, BadRecord), name
            assert "cannot store one of the values" in translated.message
            assert str(values[0]) not in translated.text, name


def test_a_missing_value_is_refused_and_a_repeated_one_is_not() -> None:
    missing = "INSERT INTO counterfoil_ticket_probe VALUES (NULL)"
    with database.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE counterfoil_ticket_probe (n integer NOT NULL UNIQUE CHECK (n < 5))")
        cursor.execute("INSERT INTO counterfoil_ticket_probe VALUES (1)")
    for statement in (missing, missing.replace("NULL", "7")):
        assert current_dialect().refuses_value(error_of(query(statement, []))), statement
    repeated = error_of(query(missing.replace("NULL", "1"), []))
    assert isinstance(repeated, IntegrityError)
    assert not current_dialect().refuses_value(repeated)


def test_a_text_too_long_for_an_index_is_an_error_about_a_value() -> None:
    """PostgreSQL's driver calls it an operational error, as it does a connection that is lost."""
    if database.vendor != "postgresql":
        pytest.skip("SQLite indexes it")
    with database.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE counterfoil_probe (t text UNIQUE)")
    long = "".join(f"{number * 7919 % 99_991:x}" for number in range(2_000))
    error = error_of(query("INSERT INTO counterfoil_probe VALUES (%s)", [long]))
    assert isinstance(error, OperationalError)
    assert current_dialect().refuses_value(error)
    assert not ours.is_outage(error)


def test_other_errors_are_not_about_a_value() -> None:
    for name, (statement, values) in OTHERS.items():
        error = error_of(query(statement, values))
        assert isinstance(error, ProgrammingError | OperationalError), name
        assert not current_dialect().refuses_value(error), name


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("database is locked", DatabaseBusy),
        ("server closed the connection", DatabaseBusy),
        ("disk is full", DiskFull),
    ],
)
def test_a_database_that_is_away_is_an_outage(text: str, kind: type[Exception]) -> None:
    if "server" in text and database.vendor == "sqlite":
        pytest.skip("it has no server")
    error = OperationalError(text)
    assert not current_dialect().refuses_value(error)
    assert ours.is_outage(error)
    assert isinstance(ours.translate_error(error), kind)


def test_the_words_of_a_rejection_can_be_stored() -> None:
    error = WriteRejected("Rejected.", fields={"na\x00me": "is \x00 odd"})
    assert error.fields == {"name": "is  odd"}
