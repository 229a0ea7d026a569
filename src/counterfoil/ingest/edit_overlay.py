"""Observations merged with the edits of their rows: the edge of `ingest/three_way_merge.py` (DESIGN law 4, part 4b
"merge")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from counterfoil.connectors.page import Resource
from counterfoil.ingest import conflicts
from counterfoil.ingest.conflicts import Clash
from counterfoil.ingest.edit_values import column, likeness
from counterfoil.ingest.mapping_pool import MappingOutcome, MappingPool, Payload
from counterfoil.ingest.three_way_merge import EditedField, MergeOutcome, apply_policy, merge
from counterfoil.mapping.mapper import Mapped
from counterfoil.mirror.enums import Rule
from counterfoil.mirror.models import ConflictKind, Connection, Decision, PendingEdit, Policy
from counterfoil.mirror.resources import Table
from counterfoil.mirror.store.base import ChangeSource, to_json


@dataclass(frozen=True, slots=True)
class FieldMerge:
    """One edit, what the upstream says of its field now (in JSON's own types), and what becomes of it."""

    edit: PendingEdit
    theirs: Any
    verdict: MergeOutcome
    by_rule: bool = False


@dataclass(frozen=True, slots=True)
class MergedRecord:
    """A record with the edits that still stand before it."""

    outcome: MappingOutcome
    merges: Sequence[FieldMerge] = ()

    @property
    def moved(self) -> bool:
        """Whether anything becomes of the edits."""
        return any(one.verdict != MergeOutcome.KEEP or one.edit.conflict_id is not None for one in self.merges)


class EditMerger:
    """The edits of one resource of a connection, as observations meet them."""

    def __init__(self, connection_id: int, table: Table, pool: MappingPool) -> None:
        self._connection_id = connection_id
        self._table = table
        self._pool = pool
        self._any = table.resource == Resource.CUSTOMER

    def edits(self, row_ids: Sequence[int]) -> dict[int, list[PendingEdit]]:
        """Of these rows, by row. To be asked after the rows were compared: an edit that is made later moves its
        row's version."""
        found: dict[int, list[PendingEdit]] = {}
        if self._any and row_ids:
            rows = PendingEdit.objects.filter(resource=self._table.resource, record_id__in=list(row_ids))
            for edit in rows.select_related("conflict").order_by("id"):
                found.setdefault(edit.record_id, []).append(edit)
        return found

    def merge(self, payload: Payload, outcome: MappingOutcome, edits: Sequence[PendingEdit]) -> MergedRecord:
        """Judge each edit. Where some do not stand any more, the record is mapped again without them."""
        if not edits or not isinstance(outcome, Mapped):
            return MergedRecord(outcome)
        merges = [self._judged(edit, to_json(outcome.theirs[edit.field])) for edit in edits]
        standing = [one.edit for one in merges if one.verdict not in (MergeOutcome.CONFIRMED, MergeOutcome.YIELD)]
        if len(standing) < len(edits):
            outcome = self._pool.map_here(payload._replace(edits=values(standing)))
        return MergedRecord(outcome, merges)

    def _judged(self, edit: PendingEdit, theirs: Any) -> FieldMerge:
        edited = EditedField(edit.base, edit.value, edit.sent, edit.here_only)
        rule, alike = self.rule(edit.field), likeness(edit.field, self.region)
        return FieldMerge(
            edit, theirs, merge(edited, theirs, rule, alike), apply_policy(edited, theirs, rule, alike)
        )

    def rule(self, field: str) -> Rule:
        """Who wins where both sides changed a field."""
        return Rule(self._rules.get(field) or self._rules.get("") or Rule.ASK)

    @cached_property
    def region(self) -> str:
        """The connection's default country."""
        return Connection.objects.values_list("country", flat=True).get(pk=self._connection_id)

    @cached_property
    def _rules(self) -> Mapping[str, str]:
        rows = Policy.objects.filter(connection_id=self._connection_id)
        return dict(rows.values_list("field", "rule"))


def values(edits: Sequence[PendingEdit]) -> dict[str, Any]:
    """As mapping takes them."""
    return {edit.field: column(edit.field, edit.value) for edit in edits}


def apply(merges: Sequence[FieldMerge], source: ChangeSource, reference: int | None) -> int:
    """Write down what becomes of the edits of one row that is written in the same transaction. Returns how many
    conflicts are open now that were not."""
    raised = 0
    for one in merges:
        if one.verdict == MergeOutcome.KEEP:
            _end_conflict(one.edit, Decision.WITHDRAWN, source)
            PendingEdit.objects.filter(pk=one.edit.pk, conflict__isnull=False).update(conflict=None)
        elif one.verdict == MergeOutcome.REBASE:
            _rebase(one, source, reference)
        elif one.verdict == MergeOutcome.ASK:
            conflict = conflicts.raise_open(_clash(one), source, reference)
            raised += one.edit.conflict_id is None
            PendingEdit.objects.filter(pk=one.edit.pk).update(conflict=conflict)
        else:
            _end(one, source, reference)
    return raised


def _rebase(one: FieldMerge, source: ChangeSource, reference: int | None) -> None:
    if one.by_rule:
        conflicts.record_decided(_clash(one), source, reference, Decision.OURS)
    else:
        _end_conflict(one.edit, Decision.WITHDRAWN, source)
    sent = one.edit.sent
    after = sent[sent.index(one.theirs) + 1 :] if one.theirs in sent else sent
    PendingEdit.objects.filter(pk=one.edit.pk).update(base=one.theirs, sent=after, conflict=None)


def _end(one: FieldMerge, source: ChangeSource, reference: int | None) -> None:
    if one.verdict == MergeOutcome.YIELD:
        conflicts.record_decided(_clash(one), source, reference, Decision.THEIRS)
    else:
        _end_conflict(one.edit, Decision.AGREED, source)
    PendingEdit.objects.filter(pk=one.edit.pk).delete()


def _end_conflict(edit: PendingEdit, decision: Decision, source: ChangeSource) -> None:
    if edit.conflict is not None:
        conflicts.close(edit.conflict, decision, source)


def _clash(one: FieldMerge) -> Clash:
    edit = one.edit
    return Clash(edit.record_id, ConflictKind.BOTH, edit.field, edit.base, edit.value, one.theirs, edit)
