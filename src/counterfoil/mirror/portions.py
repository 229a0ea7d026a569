"""Rows in portions of limited size: a payload has a kilobyte or many megabytes, and hundreds go together."""

from collections.abc import Iterator, Sized

from django.db.models import Model, QuerySet

PORTION_BYTES = 8 * 2**20
"""Bytes of payloads after which a portion ends: mapping and writing them takes some ten times that."""
SLICE = 50
"""Rows that are loaded at once, before their payloads are counted."""


def in_portions[M: Model](rows: "QuerySet[M]", payload: str, most: int, after: int = 0) -> Iterator[list[M]]:
    """Yield rows in the order of their keys, beginning after a key: up to `most` at once, or PORTION_BYTES.

    `payload` names the column that is counted. A portion is loaded once the one before it has been handled.
    """
    while portion := _load(rows, payload, most, after):
        after = portion[-1].pk
        yield portion


def _load[M: Model](rows: "QuerySet[M]", payload: str, most: int, after: int) -> list[M]:
    portion: list[M] = []
    size = 0
    while len(portion) < most and size < PORTION_BYTES:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: min(SLICE, most - len(portion))])
        if not found:
            break
        after = found[-1].pk
        portion += found
        size += sum(_length(getattr(row, payload)) for row in found)
    return portion


def _length(value: Sized | None) -> int:
    return 0 if value is None else len(value)
