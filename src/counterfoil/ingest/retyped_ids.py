"""New records that are here already under another form of their id, as after a spreadsheet has saved a file."""

from collections.abc import Collection, Sequence
from itertools import batched

from counterfoil.mirror.models import State
from counterfoil.mirror.resources import Table
from counterfoil.normalize.id_form import other_forms

IDS_PER_QUERY = 200
"""Each has some thirty forms, and SQLite takes 32,766 values."""


def earlier_ids(table: Table, connection_id: int, new_ids: Collection[str]) -> dict[str, str]:
    """Find the ids that are here in another form. Returns what they are here, by the new ids."""
    found: dict[str, str] = {}
    for batch in batched(new_ids, IDS_PER_QUERY):
        new_by_form = {form: external_id for external_id in batch for form in other_forms(external_id)}
        for here in _here(table, connection_id, list(new_by_form)):
            found.setdefault(new_by_form[here], here)
    return found


def _here(table: Table, connection_id: int, forms: Sequence[str]) -> list[str]:
    rows = table.rows(connection_id).filter(external_id__in=forms, state__in=(State.PRESENT, State.MISSING))
    return [str(external_id) for external_id in rows.values_list("external_id", flat=True)]
