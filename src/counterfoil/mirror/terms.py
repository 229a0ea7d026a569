"""What somebody typed, as the condition of each database's text index."""

from collections.abc import Sequence
from enum import Enum, auto

from django.db import connection

from counterfoil.mirror.record import NAME_MARK
from counterfoil.normalize.text import words

MOST_WORDS = 8


class Among(Enum):
    """Which matches are meant."""

    ALL = auto()
    NAMES = auto()
    OTHERS = auto()
    """All that do not match by name."""


def terms(text: str) -> tuple[str, ...]:
    """The words that are looked for; none where the text holds no word."""
    return tuple(words(text)[:MOST_WORDS])


def condition(typed: Sequence[str], among: Among, *, indexed: bool = True) -> tuple[str, str]:
    """The SQL that is true for a customer who matches, and its one parameter.

    Not `indexed`: few rows are looked at one by one, so PostgreSQL must not collect all matches first.
    """
    if connection.vendor == "postgresql":
        column = "customer.search" if indexed else "(customer.search || ''::tsvector)"
        named = [f"'{NAME_MARK}{word}':*" for word in typed]
        either = [f"({marked} | '{word}':*)" for marked, word in zip(named, typed, strict=True)]
        by_name = " & ".join(named)
        query = by_name if among == Among.NAMES else " & ".join(either)
        query = f"{query} & !({by_name})" if among == Among.OTHERS else query
        return f"{column} @@ %s::tsquery", query
    anywhere = " ".join(f'"{word}"*' for word in typed)
    by_name = f"{{name_words}} : ({anywhere})"
    query = by_name if among == Among.NAMES else anywhere
    query = f"({anywhere}) NOT ({by_name})" if among == Among.OTHERS else query
    return "customer.id IN (SELECT rowid FROM customer_search WHERE customer_search MATCH %s)", query
