"""The log contains no row data: the details of PostgreSQL's errors are left out."""

from counterfoil.project.log_lines import without_details

TRACEBACK = """Traceback (most recent call last):
  File "door.py", line 1, in write
psycopg.errors.NotNullViolation: null value in column "name"
DETAIL:  Failing row contains (7, Garage Peeters,
+32 3 123 45 67).

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
django.db.utils.IntegrityError: null value in column "name"
DETAIL:  Failing row contains (7, Garage Peeters,
+32 3 123 45 67).
CONTEXT:  COPY incoming, line 3: "Garage Peeters"
"""


def test_details_and_contexts_of_database_errors_are_left_out() -> None:
    line = without_details(None, "error", {"event": "run failed", "exception": TRACEBACK})
    assert "Peeters" not in line["exception"]
    assert "+32" not in line["exception"]
    assert line["exception"].count("null value in column") == 2
    assert "direct cause" in line["exception"]


def test_log_lines_without_an_exception_stay_unchanged() -> None:
    assert without_details(None, "info", {"event": "DETAIL: of mine"}) == {"event": "DETAIL: of mine"}
