"""Columns are found by their names, in any program's spelling; unclear ones must be chosen."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.errors import InvalidInput, NotFound
from counterfoil.imports.source_file import choose_columns, guess_columns

LEGACY = ["id", "userId", "customerId", "zohoInvoiceId", "zohoCustomerId", "amountTotal", "amountDue", "dueDate"]
SPELLINGS: dict[str, Callable[[list[str]], str]] = {
    "camel": lambda words: words[0] + "".join(word.capitalize() for word in words[1:]),
    "snake": "_".join,
    "title": lambda words: " ".join(words).title(),
    "upper": lambda words: "-".join(words).upper(),
}


@given(st.sampled_from(["zoho invoice id", "invoice id", "external id"]), st.sampled_from(sorted(SPELLINGS)))
def test_a_column_is_found_in_any_spelling(name: str, spelling: str) -> None:
    column = SPELLINGS[spelling](name.split())
    assert guess_columns(["other", column]) == {"external_id": column}


def test_the_upstreams_ids_are_preferred_to_those_of_the_app_itself() -> None:
    found = guess_columns(LEGACY)
    assert found == {
        "external_id": "zohoInvoiceId",
        "customer_external_id": "zohoCustomerId",
        "total": "amountTotal",
        "balance": "amountDue",
        "due_date": "dueDate",
    }


@given(st.lists(st.text(), unique=True))
def test_any_columns_can_be_guessed_and_none_is_two_fields(columns: list[str]) -> None:
    found = guess_columns(columns)
    assert set(found.values()) <= set(columns)
    assert len(set(found.values())) == len(found)


def test_an_id_of_the_app_itself_is_never_taken_for_the_upstreams() -> None:
    with pytest.raises(InvalidInput, match=re.escape("--map external_id=COLUMN")):
        choose_columns(["id", "customer_id", "total"], {})


def test_a_chosen_column_beats_a_guess_and_is_not_guessed_again() -> None:
    found = choose_columns(["invoice_id", "customer_id", "total", "open"], {"balance": "total"})
    assert found["balance"] == "total"
    assert "total" not in found


def test_unknown_fields_and_columns_are_rejected() -> None:
    with pytest.raises(InvalidInput, match="“sum” is not a field"):
        choose_columns(LEGACY, {"sum": "amountTotal"})
    with pytest.raises(NotFound, match="no column “Total”"):
        choose_columns(LEGACY, {"total": "Total"})
