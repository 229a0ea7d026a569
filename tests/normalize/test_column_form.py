"""How amounts and dates are written is decided from all values of a column, or left open (DESIGN law 12)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from counterfoil.normalize.column_form import ColumnForm, WrittenForm, form_of_amount, form_of_date
from counterfoil.normalize.money import money
from counterfoil.normalize.value import day


def form_of_amounts(*values: object) -> WrittenForm:
    column = ColumnForm()
    for line, value in enumerate(values, 2):
        column.add(line, form_of_amount(value), value)
    return column.form


def form_of_dates(*values: object) -> WrittenForm:
    column = ColumnForm()
    for line, value in enumerate(values, 2):
        column.add(line, form_of_date(value), value)
    return column.form


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["1.234,56", "1.234", "12.000"], WrittenForm.COMMA),
        (["1.234", "1,234.50"], WrittenForm.POINT),
        (["1.234", "0,5"], WrittenForm.COMMA),
        (["1,234", "12.5"], WrittenForm.POINT),
        (["1.234.567", "1.234"], WrittenForm.COMMA),
        (["1 234,56", "12.000"], WrittenForm.COMMA),
        (["€ 1.234,56"], WrittenForm.COMMA),
        (["1'234.50"], WrittenForm.POINT),
        (["1234.567"], WrittenForm.POINT),
        (["0.123"], WrittenForm.POINT),
        (["1.234"], WrittenForm.OPEN),
        (["-12,000", "5"], WrittenForm.OPEN),
        (["1.234,56", "1,234.50"], WrittenForm.MIXED),
        (["12,5", "12.5"], WrittenForm.MIXED),
        (["5", "100", "", "n/a", 1.234], WrittenForm.PLAIN),
    ],
)
def test_law_12_a_column_tells_its_decimal_sign_or_leaves_it_open(values: list[object], form: WrittenForm) -> None:
    assert form_of_amounts(*values) == form


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["03/04/2026", "25/03/2026"], WrittenForm.DAY_FIRST),
        (["03/04/2026", "03/25/2026"], WrittenForm.MONTH_FIRST),
        (["03/04/2026 10:00", "3-25-2026 10:00 PM"], WrittenForm.MONTH_FIRST),
        (["03/04/2026"], WrittenForm.OPEN),
        (["2026-03-04", "03/04/2026"], WrittenForm.OPEN),
        (["25/03/2026", "03/25/2026"], WrittenForm.MIXED),
        (["2026-03-04", "2026-03-25T10:00:00Z"], WrittenForm.YEAR_FIRST),
        (["03/03/2026", "", "someday", 5], WrittenForm.PLAIN),
    ],
)
def test_law_12_a_column_tells_whether_the_day_comes_first_or_leaves_it_open(
    values: list[object], form: WrittenForm
) -> None:
    assert form_of_dates(*values) == form


def test_the_lines_that_decided_are_shown() -> None:
    column = ColumnForm()
    for line, value in enumerate(["5", "1.234", "1.234,56", "7,50"], 2):
        column.add(line, form_of_amount(value), value)
    assert column.examples == [(4, "1.234,56"), (5, "7,50")]


def written(amount: Decimal, form: WrittenForm) -> str:
    text = f"{amount:,f}"
    return text.translate(str.maketrans(",.", ".,")) if form == WrittenForm.COMMA else text


AMOUNTS = st.decimals(-(10**9), 10**9, places=2) | st.integers(-(10**9), 10**9).map(Decimal)


@given(st.lists(AMOUNTS, min_size=1, max_size=8), st.sampled_from([WrittenForm.COMMA, WrittenForm.POINT]))
def test_law_12_a_column_of_amounts_is_read_as_written_or_left_open(
    amounts: list[Decimal], form: WrittenForm
) -> None:
    texts = [written(amount, form) for amount in amounts]
    decided = form_of_amounts(*texts)
    assert decided in {form, WrittenForm.OPEN, WrittenForm.PLAIN}
    if decided != WrittenForm.OPEN:
        assert [money(text, decided).value for text in texts] == amounts


@given(st.lists(AMOUNTS, min_size=1, max_size=8))
def test_law_12_a_decided_form_reads_no_amount_of_the_other(amounts: list[Decimal]) -> None:
    for amount in amounts:
        text = written(amount, WrittenForm.COMMA)
        assume(form_of_amount(text) == WrittenForm.COMMA)
        assert money(text, WrittenForm.POINT).value is None


DATES = st.dates(date(1900, 1, 1), date(2100, 1, 1))


@given(
    st.lists(DATES, min_size=1, max_size=6),
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d"]),
    st.sampled_from("/-."),
)
def test_law_12_a_column_of_dates_is_read_as_written_or_left_open(
    dates: list[date], pattern: str, sign: str
) -> None:
    texts = [one.strftime(pattern).replace("/", sign) for one in dates]
    decided = form_of_dates(*texts)
    assert decided != WrittenForm.MIXED
    if decided != WrittenForm.OPEN:
        assert [day(text, form=decided).value for text in texts] == [one.isoformat() for one in dates]


@pytest.mark.parametrize(
    ("value", "form", "read"),
    [
        ("03/04/2026", WrittenForm.DAY_FIRST, "2026-04-03"),
        ("03/04/2026", WrittenForm.MONTH_FIRST, "2026-03-04"),
        ("03/04/2026", WrittenForm.OPEN, None),
        ("25/03/2026", WrittenForm.OPEN, "2026-03-25"),
        ("03/25/2026", WrittenForm.MIXED, "2026-03-25"),
        ("25/03/2026", WrittenForm.MONTH_FIRST, None),
        ("2026-03-04", WrittenForm.OPEN, "2026-03-04"),
    ],
)
def test_law_12_a_date_is_read_in_the_form_of_its_column(value: str, form: WrittenForm, read: str | None) -> None:
    found = day(value, form=form)
    assert found.value == read
    assert (found.reason is None) == (read is not None)


@given(st.text("0123456789.,-/ €'", max_size=16))
def test_no_text_stops_a_column(text: str) -> None:
    for form in (form_of_amount(text), form_of_date(text)):
        assert isinstance(form, WrittenForm)
    assert isinstance(money(text, WrittenForm.COMMA).reason, str | None)
