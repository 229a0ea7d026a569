"""Stacked bar charts without scripts: plain boxes with a height in percent."""

from collections.abc import Sequence
from dataclasses import dataclass

COLOURS = 8
"""How many series have their own colour; all further ones share the last."""
MOST_LABELS = 14
"""The most bars that are all labelled; of more bars every second one is."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One series' part of a bar. `colour` is 1 to COLOURS, `height` is in percent of the chart."""

    colour: int
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. `title` is its tooltip; `label` stands below it where there is room."""

    title: str
    label: str
    pieces: tuple[Piece, ...]
    link: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """The data of one bar: one value per series, and its texts."""

    label: str
    values: tuple[float, ...]
    title: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart ready to render. `series` are pairs of colour and name, only those that occur; `top` is the value at
    the upper edge, `half` that in the middle.
    """

    title: str
    summary: str
    bars: tuple[Bar, ...]
    series: tuple[tuple[int, str], ...]
    top: str
    half: str
    empty: str = ""


def stacked(
    title: str,
    columns: Sequence[Column],
    series: Sequence[str],
    *,
    unit: str = "",
    summary: str = "",
    empty: str = "",
) -> Chart:
    """Stack every column's values. `empty` is the text shown instead of a chart without values."""
    highest = max((sum(column.values) for column in columns), default=0)
    top = ceiling(highest)
    seen = [at for at in range(len(series)) if any(column.values[at] for column in columns)]
    every = 1 if len(columns) <= MOST_LABELS else 2
    bars = tuple(
        Bar(
            column.title,
            column.label if (len(columns) - 1 - number) % every == 0 else "",
            tuple(Piece(_colour(at), round(100 * column.values[at] / top, 2)) for at in seen if column.values[at]),
            column.link,
        )
        for number, column in enumerate(columns)
    )
    return Chart(
        title=title,
        summary=summary,
        bars=bars,
        series=tuple((_colour(at), series[at]) for at in seen),
        top=_number(top) + unit,
        half=_number(top / 2) + unit,
        empty="" if highest else empty or "Nothing yet.",
    )


def ceiling(value: float) -> float:
    """Round up to a number that reads well on an axis: 1, 2 or 5 with zeros; 1 for 0 and less."""
    if value <= 0:
        return 1
    step = 1.0
    while step < value:
        step *= 10
    while step / 10 >= value:
        step /= 10
    return next(step * share for share in (0.2, 0.5, 1) if step * share >= value)


def _colour(at: int) -> int:
    return min(at + 1, COLOURS)


def _number(value: float) -> str:
    """Format a number briefly, as in 1,000, 2.5k and 20M."""
    for size, letter in ((1_000_000, "M"), (10_000, "k")):
        if value >= size:
            return f"{value / (1_000 if letter == 'k' else size):,.4g}{letter}"
    return f"{value:,.4g}"
