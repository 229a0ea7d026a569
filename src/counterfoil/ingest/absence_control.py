"""Decide whether a 404 in a form that is not known to be the API's means "does not exist" (DESIGN law 3).

A control decides: at the same time and by the same way a record that lives answers, an id that never was gets this
very 404, and after both the record itself gets it again.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import NamedTuple

from counterfoil import messages
from counterfoil.connectors.page import Read, ReadOutcome
from counterfoil.connectors.port import Collection, NamesUnusedId
from counterfoil.mirror.models import State
from counterfoil.mirror.resources import Table

OWNER = "customer_external_id"
SOME = 2

type Owners = Mapping[str, str]
"""Customers' ids by the id of a record that can only be read through its customer."""


class Control(NamedTuple):
    """What other reads got at the same time.

    `living` tells whether a record that lives answered; None where there is none to read. `unused_form` is the
    form of the 404 for an id that never was.
    """

    living: bool | None
    unused_form: str = ""


def objection(form: str, control: Control) -> str:
    """Return why a 404 of this form proves nothing; empty where it means "does not exist". Pure."""
    if control.living is None:
        return messages.ingest.NO_CONTROL()
    if not control.living:
        return messages.ingest.OTHERS_UNREADABLE()
    return "" if form and form == control.unused_form else messages.ingest.OTHER_NOT_FOUND()


class AbsenceControl:
    """Makes controls for the reads of one resource of one connection."""

    def __init__(self, collection: Collection, table: Table, connection_id: int) -> None:
        self._collection = collection
        self._table = table
        self._connection_id = connection_id

    def decide(self, reads: Sequence[Read], owners: Owners) -> Iterator[Read]:
        """Yield the reads in their order, each 404 of an unknown form as what one control says of all of them."""
        forms = {read.external_id: read.not_found_form for read in reads if read.not_found_form}
        if not forms or not isinstance(self._collection, NamesUnusedId):
            yield from reads
            return
        control = self._control(self._collection, {read.external_id for read in reads})
        objections = {external_id: objection(form, control) for external_id, form in forms.items()}
        proven = [external_id for external_id, words in objections.items() if not words]
        again = {read.external_id: read for read in self._collection.read(proven, owners)} if proven else {}
        for read in reads:
            if read.external_id in again:
                yield _confirmed(read, again[read.external_id])
            elif read.external_id in objections:
                yield replace(read, reason=messages.join(read.reason, objections[read.external_id]))
            else:
                yield read

    def _control(self, collection: NamesUnusedId, doubtful: Set[str]) -> Control:
        living: bool | None = None
        for external_id, owner in self._others(doubtful):
            living = self._read(external_id, owner).answer == ReadOutcome.FOUND
            if living:
                return Control(True, self._read(collection.unused_id(), owner).not_found_form)
        return Control(living)

    def _read(self, external_id: str, owner: str | None) -> Read:
        (read,) = self._collection.read([external_id], {} if owner is None else {external_id: owner})
        return read

    def _others(self, doubtful: Set[str]) -> list[tuple[str, str | None]]:
        """Pick a few present rows that may live, with their customers: the newest and the oldest.

        Several, because one that was deleted upstream as well cannot answer.
        """
        rows = self._table.rows(self._connection_id).filter(state=State.PRESENT)
        rows = rows.exclude(external_id=None).exclude(external_id__in=doubtful)
        if not self._table.has(OWNER):
            found = rows.values_list("external_id")
        else:
            found = rows.exclude(**{OWNER: None}).values_list("external_id", OWNER)
        picked = [*found.order_by("-id")[:SOME], *found.order_by("id")[:SOME]]
        return [(external_id, owner[0] if owner else None) for external_id, *owner in dict.fromkeys(picked)]


def _confirmed(first: Read, second: Read) -> Read:
    """Return what the second read of a record shows, which was made after the control."""
    if not second.not_found_form:
        return second
    if second.not_found_form == first.not_found_form:
        return Read(second.external_id, second.ticket, ReadOutcome.GONE)
    return replace(second, reason=messages.join(second.reason, messages.ingest.OTHER_NOT_FOUND()))
