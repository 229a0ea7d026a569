"""How amounts and dates are written is decided from all values of a column, or left open (DESIGN law 12)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from counterfoil.normalize.column_form import ColumnForm, Form, form_of_amount, form_of_date
from counterfoil.normalize.money import money
from counterfoil.normalize.value import day


def form_of_amounts(*values: object) -> Form:
    column = ColumnForm()
    for line, value in enumerate(values, 2):
        column.add(line, form_of_amount(value), value)
    return column.form


def form_of_dates(*values: object) -> Form:
    column = ColumnForm()
    for line, value in enumerate(values, 2):
        column.add(line, form_of_date(value), value)
    return column.form


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["1.234,56", "1.234", "12.000"], Form.COMMA),
        (["1.234", "1,234.50"], Form.POINT),
        (["1.234", "0,5"], Form.COMMA),
        (["1,234", "12.5"], Form.POINT),
        (["1.234.567", "1.234"], Form.COMMA),
        (["1 234,56", "12.000"], Form.COMMA),
        (["€ 1.234,56"], Form.COMMA),
        (["1'234.50"], Form.POINT),
        (["1234.567"], Form.POINT),
        (["0.123"], Form.POINT),
        (["1.234"], Form.OPEN),
        (["-12,000", "5"], Form.OPEN),
        (["1.234,56", "1,234.50"], Form.MIXED),
        (["12,5", "12.5"], Form.MIXED),
        (["5", "100", "", "n/a", 1.234], Form.PLAIN),
    ],
)
def test_law_12_a_column_tells_its_decimal_sign_or_leaves_it_open(values: list[object], form: Form) -> None:
    assert form_of_amounts(*values) == form


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["03/04/2026", "25/03/2026"], Form.DAY_FIRST),
        (["03/04/2026", "03/25/2026"], Form.MONTH_FIRST),
        (["03/04/2026 10:00", "3-25-2026 10:00 PM"], Form.MONTH_FIRST),
        (["03/04/2026"], Form.OPEN),
        (["2026-03-04", "03/04/2026"], Form.OPEN),
        (["25/03/2026", "03/25/2026"], Form.MIXED),
        (["2026-03-04", "2026-03-25T10:00:00Z"], Form.YEAR_FIRST),
        (["03/03/2026", "", "someday", 5], Form.PLAIN),
    ],
)
def test_law_12_a_column_tells_whether_the_day_comes_first_or_leaves_it_open(
    values: list[object], form: Form
) -> None:
    assert form_of_dates(*values) == form


def test_the_lines_that_decided_are_shown() -> None:
    column = ColumnForm()
    for line, value in enumerate(["5", "1.234", "1.234,56", "7,50"], 2):
        column.add(line, form_of_amount(value), value)
    assert column.examples == [(4, "1.234,56"), (5, "7,50")]


def written(amount: Decimal, form: Form) -> str:
    text = f"{amount:,f}"
    return text.translate(str.maketrans(",.", ".,")) if form == Form.COMMA else text


AMOUNTS = st.decimals(-(10**9), 10**9, places=2) | st.integers(-(10**9), 10**9).map(Decimal)


@given(st.lists(AMOUNTS, min_size=1, max_size=8), st.sampled_from([Form.COMMA, Form.POINT]))
def test_law_12_a_column_of_amounts_is_read_as_written_or_left_open(amounts: list[Decimal], form: Form) -> None:
    texts = [written(amount, form) for amount in amounts]
    decided = form_of_amounts(*texts)
    assert decided in {form, Form.OPEN, Form.PLAIN}
    if decided != Form.OPEN:
        assert [money(text, decided).value for text in texts] == amounts


@given(st.lists(AMOUNTS, min_size=1, max_size=8))
def test_law_12_a_decided_form_reads_no_amount_of_the_other(amounts: list[Decimal]) -> None:
    for amount in amounts:
        text = written(amount, Form.COMMA)
        assume(form_of_amount(text) == Form.COMMA)
        assert money(text, Form.POINT).value is None


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
    assert decided != Form.MIXED
    if decided != Form.OPEN:
        assert [day(text, form=decided).value for text in texts] == [one.isoformat() for one in dates]


@pytest.mark.parametrize(
    ("value", "form", "read"),
    [
        ("03/04/2026", Form.DAY_FIRST, "2026-04-03"),
        ("03/04/2026", Form.MONTH_FIRST, "2026-03-04"),
        ("03/04/2026", Form.OPEN, None),
        ("25/03/2026", Form.OPEN, "2026-03-25"),
        ("03/25/2026", Form.MIXED, "2026-03-25"),
        ("25/03/2026", Form.MONTH_FIRST, None),
        ("2026-03-04", Form.OPEN, "2026-03-04"),
    ],
)
def test_law_12_a_date_is_read_in_the_form_of_its_column(value: str, form: Form, read: str | None) -> None:
    found = day(value, form=form)
    assert found.value == read
    assert (found.reason is None) == (read is not None)


@given(st.text("0123456789.,-/ €'", max_size=16))
def test_no_text_stops_a_column(text: str) -> None:
    for form in (form_of_amount(text), form_of_date(text)):
        assert isinstance(form, Form)
    assert isinstance(money(text, Form.COMMA).reason, str | None)
