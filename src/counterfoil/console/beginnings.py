"""Rows whose text begins so, found by an index, as typed: indexes know large letters from small ones."""

from typing import Any

from django.db import connection as database
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

_LAST = "\U0010ffff"


class _Down(OrderBy):
    """From the end of an index for beginnings (`text_pattern_ops`), which has an order of its own on PostgreSQL.
    Django looks for a direction by its word."""

    template = "%(expression)s USING ~>~ /* DESC */"


def begins(column: str, text: str) -> Q:
    """The condition."""
    if database.vendor == "postgresql":
        return Q(**{f"{column}__startswith": text})
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + _LAST})


def beginning[Rows: QuerySet[Any]](rows: Rows, column: str, text: str) -> Rows:
    """The rows, in the order of the index from its end on, so that looking can stop early."""
    down = _Down(F(column)) if database.vendor == "postgresql" else f"-{column}"
    return rows.filter(begins(column, text)).order_by(down)
