"""A selection read one by one, in the order of keys."""

from collections.abc import Iterator
from itertools import batched

from django.utils import timezone

from counterfoil.mirror.batch import Tally
from counterfoil.mirror.row_reading import READS_PER_BATCH, Picked, picked, read_batch
from counterfoil.mirror.selection import Rows, Selection
from counterfoil.mirror.work import Work

KEYS_AHEAD = 2_000


def read_selected(work: Work) -> None:
    """Read every customer of the run's selection that was not read yet."""
    options = work.run.options
    selection = Selection.restored(options["selection"])
    rows = selection.rows(timezone.now()).filter(connection_id=work.run.connection_id)
    rows = rows.exclude(external_id=None)
    if work.run.expected is None:
        work.run.expected = rows.count()
        work.note(Tally(), expected=work.run.expected)
    for batch in _batches(work, rows, int(options.get("after", 0))):
        read_batch(work, batch, lambda read: {"after": read[-1].key})


def _batches(work: Work, rows: Rows, after: int) -> Iterator[list[Picked]]:
    """In the order of keys. A search over many rows takes long, so it is made for many batches at once."""
    while keys := list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:KEYS_AHEAD]):
        for some in batched(keys, READS_PER_BATCH):
            if batch := picked(work, some):
                yield batch
        after = keys[-1]
