"""Merge observations with the pending edits of their rows, by `three_way_merge.merge` (DESIGN law 4, part 4b)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from counterfoil.ingest import conflicts, lost_updates
from counterfoil.ingest.conflicts import NewConflict
from counterfoil.ingest.edit_values import EDITABLE_OF, column_value, likeness, sameness
from counterfoil.ingest.mapping_pool import MappingOutcome, MappingPool, Payload
from counterfoil.ingest.three_way_merge import EditedField, MergeOutcome, decided_by_policy, merge
from counterfoil.mapping.mapper import Mapped
from counterfoil.mirror.enums import Rule
from counterfoil.mirror.models import ConflictKind, Connection, Decision, PendingEdit, Policy
from counterfoil.mirror.resources import Table
from counterfoil.mirror.store.base import ChangeSource, to_json


@dataclass(frozen=True, slots=True)
class FieldMerge:
    """A pending edit, the upstream's current value of its field (in JSON's own types), and the outcome."""

    edit: PendingEdit
    theirs: Any
    outcome: MergeOutcome
    by_policy: bool = False


@dataclass(frozen=True, slots=True)
class MergedRecord:
    """A record mapped with the edits that stay pending, and the merge of every edit."""

    mapping: MappingOutcome
    merges: Sequence[FieldMerge] = ()

    @property
    def moved(self) -> bool:
        """Whether any of the edits changes, or has a conflict that is over."""
        return any(one.outcome != MergeOutcome.KEEP or one.edit.conflict_id is not None for one in self.merges)


class EditMerger:
    """Merges the pending edits of one resource of a connection with what is observed."""

    def __init__(self, connection_id: int, table: Table, pool: MappingPool) -> None:
        self._connection_id = connection_id
        self._table = table
        self._pool = pool
        self._editable = table.resource in EDITABLE_OF

    def edits(self, row_ids: Sequence[int]) -> dict[int, list[PendingEdit]]:
        """Read the pending edits of rows, by row id.

        Call it after the rows were compared: an edit that is made later moves its row's version.
        """
        by_row: dict[int, list[PendingEdit]] = {}
        if self._editable and row_ids:
            edits = PendingEdit.objects.for_records(row_ids, self._table.resource)
            for edit in edits.select_related("conflict").order_by("id"):
                by_row.setdefault(edit.record_id, []).append(edit)
        return by_row

    def merge(self, payload: Payload, mapping: MappingOutcome, edits: Sequence[PendingEdit]) -> MergedRecord:
        """Merge each edit. Where some are over, the record is mapped again without them."""
        if not edits or not isinstance(mapping, Mapped):
            return MergedRecord(mapping)
        region = mapping.values.get("country_code") or self.region
        late = lost_updates.late_values({edit.record_id for edit in edits}, self._table.resource)
        merges = [
            self._merge_field(
                edit, to_json(mapping.theirs[edit.field]), late.get((edit.record_id, edit.field), ()), region
            )
            for edit in edits
        ]
        pending = [one.edit for one in merges if one.outcome not in (MergeOutcome.CONFIRMED, MergeOutcome.THEIRS)]
        if len(pending) < len(edits):
            mapping = self._pool.map_here(payload._replace(edits=edited_values(pending)))
        return MergedRecord(mapping, merges)

    def _merge_field(self, edit: PendingEdit, theirs: Any, late: Sequence[Any], region: str) -> FieldMerge:
        """Merge one edit. `late` are values sent without an answer and given up: they too are our own echo."""
        edited = EditedField(edit.base, edit.value, [*edit.sent, *late], edit.here_only)
        rule = self.rule(edit.field)
        spelling = (likeness(edit.field, region), sameness(edit.field, region))
        outcome = merge(edited, theirs, rule, *spelling)
        return FieldMerge(edit, theirs, outcome, decided_by_policy(edited, theirs, rule, *spelling))

    def rule(self, field: str) -> Rule:
        """Return the rule that decides where both sides changed a field."""
        return Rule(self._rules.get(field) or self._rules.get("") or Rule.ASK)

    @cached_property
    def region(self) -> str:
        """The connection's default country."""
        return Connection.objects.values_list("country", flat=True).get(pk=self._connection_id)

    @cached_property
    def _rules(self) -> Mapping[str, str]:
        rows = Policy.objects.filter(connection_id=self._connection_id)
        return dict(rows.values_list("field", "rule"))


def upstream_name(name: str, edits: Sequence[PendingEdit]) -> str:
    """Return the upstream's name of a row that is called `name` here: an edit of the name remembers it."""
    for edit in edits:
        if edit.field == "name":
            return str((edit.conflict.theirs if edit.conflict else edit.base) or "")
    return name


def edited_values(edits: Sequence[PendingEdit]) -> dict[str, Any]:
    """Return the edited values by field, in the types that mapping takes."""
    return {edit.field: column_value(edit.field, edit.value) for edit in edits}


def apply(merges: Sequence[FieldMerge], source: ChangeSource, reference: int | None) -> int:
    """Store the outcomes for the edits of one row, in the transaction that writes the row.

    Returns how many conflicts are newly open.
    """
    opened = 0
    for one in merges:
        if one.outcome == MergeOutcome.KEEP:
            _close_conflict(one.edit, Decision.WITHDRAWN, source)
            PendingEdit.objects.filter(pk=one.edit.pk, conflict__isnull=False).update(conflict=None)
        elif one.outcome == MergeOutcome.REBASE:
            _rebase(one, source, reference)
        elif one.outcome == MergeOutcome.CONFLICT:
            conflict = conflicts.open_or_update(_new_conflict(one), source, reference)
            opened += one.edit.conflict_id is None
            PendingEdit.objects.filter(pk=one.edit.pk).update(conflict=conflict)
        else:
            _end(one, source, reference)
    return opened


def _rebase(one: FieldMerge, source: ChangeSource, reference: int | None) -> None:
    if one.by_policy:
        conflicts.record_policy_decision(_new_conflict(one), source, reference, Decision.OURS)
    else:
        _close_conflict(one.edit, Decision.WITHDRAWN, source)
    sent = one.edit.sent
    sent_since = sent[sent.index(one.theirs) + 1 :] if one.theirs in sent else sent
    PendingEdit.objects.filter(pk=one.edit.pk).update(base=one.theirs, sent=sent_since, conflict=None)


def _end(one: FieldMerge, source: ChangeSource, reference: int | None) -> None:
    if one.outcome == MergeOutcome.THEIRS:
        conflicts.record_policy_decision(_new_conflict(one), source, reference, Decision.THEIRS)
    else:
        _close_conflict(one.edit, Decision.AGREED, source)
    PendingEdit.objects.filter(pk=one.edit.pk).delete()


def _close_conflict(edit: PendingEdit, decision: Decision, source: ChangeSource) -> None:
    if edit.conflict is not None:
        conflicts.close(edit.conflict, decision, source)


def _new_conflict(one: FieldMerge) -> NewConflict:
    edit = one.edit
    return NewConflict(edit.record_id, ConflictKind.BOTH, edit.field, edit.base, edit.value, one.theirs, edit)
