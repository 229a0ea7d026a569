"""The same for contact persons, whose customers are edited, created and deleted meanwhile."""

from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from counterfoil.edits import person, person_conflict, resolve_conflict
from counterfoil.errors import CounterfoilError, NotPossibleNow
from counterfoil.mirror.models import Change, Conflict, ConflictKind, ContactPerson, PendingEdit, State, Write
from tests.edits.test_state_machine import TwoWays, run

FIELDS = {"email": "email", "designation": "function"}
"""Ours and theirs."""


class Persons(TwoWays):
    """People who edit, add and remove contact persons, too."""

    def __init__(self) -> None:
        self.persons_here: list[tuple[int, str, Any]] = []
        self.persons_upstream: list[tuple[str, str, Any]] = []
        self.removed: set[str] = set()
        self.added: list[str] = []
        super().__init__()

    @rule(pick=st.integers(0, 20), field=st.sampled_from(sorted(FIELDS)), clear=st.booleans())
    def somebody_edits_a_person_upstream(self, pick: int, field: str, clear: bool) -> None:
        if there := sorted(self.contacts()):
            contact = there[pick % len(there)]
            value = None if clear else self.value(field)
            self.sim.control.change_contact(contact, {FIELDS[field]: value})
            self.persons_upstream.append((contact, field, value))

    @rule(pick=st.integers(0, 20))
    def somebody_adds_a_person_upstream(self, pick: int) -> None:
        if client := self.pick_client(pick):
            self.sim.control.add_contact(client, {"surname": self.value("name"), "email": self.value("email")})

    @rule(pick=st.integers(0, 20))
    def somebody_removes_a_person_upstream(self, pick: int) -> None:
        if there := sorted(self.contacts()):
            self.removed.add(contact := there[pick % len(there)])
            self.sim.control.delete_contact(contact)

    @rule(pick=st.integers(0, 20), field=st.sampled_from(sorted(FIELDS)), clear=st.booleans())
    def somebody_edits_a_person_here(self, pick: int, field: str, clear: bool) -> None:
        rows = self.person_rows().exclude(state=State.TOMBSTONE).order_by("pk")
        if rows:
            row = rows[pick % len(rows)]
            value = None if clear else self.value(field)
            with suppress(CounterfoilError):
                person.edit_person(row, {field: value or ""})
                self.persons_here.append((row.pk, field, value))

    @rule(pick=st.integers(0, 20))
    def somebody_adds_a_person_here(self, pick: int) -> None:
        owners = self.rows().filter(state__in=(State.PRESENT, State.LOCAL, State.MISSING)).order_by("pk")
        if owners:
            name = self.value("name")
            with suppress(CounterfoilError):
                person.create_person(owners[pick % len(owners)], {"last_name": name, "email": self.value("email")})
                self.added.append(name)

    def sync(self, *, full: bool) -> None:
        self.mirror.sync_all(full=full)

    def settle(self, conflict: Conflict, choice: int) -> None:
        if conflict.resource != person.RESOURCE:
            super().settle(conflict, choice)
            return
        choices = resolve_conflict.CHOICES[ConflictKind(conflict.kind)]
        try:
            person_conflict.resolve_person(conflict, choices[choice])
        except NotPossibleNow:  # the customer of a person to be created again is gone, too
            person_conflict.resolve_person(conflict, choices[1])

    def contacts(self) -> dict[str, dict[str, Any]]:
        control = self.sim.control
        return {str(contact["id"]): contact for client in control.ids() for contact in control.contacts(client)}

    def person_rows(self) -> Any:
        return ContactPerson.objects.filter(connection=self.connection)

    def still_waiting(self) -> list[Any]:
        waiting = PendingEdit.objects.filter(resource=person.RESOURCE, connection=self.connection, refused="")
        rows = {row.pk: row for row in self.person_rows()}
        sendable = [edit for edit in waiting if rows[edit.record_id].state != State.TOMBSTONE]
        return [*super().still_waiting(), *((edit.field, edit.value, edit.sent) for edit in sendable)]

    def unfinished(self) -> list[Any]:
        writes = Write.objects.unfinished().filter(resource=person.RESOURCE, connection=self.connection)
        return [*super().unfinished(), *writes.values_list("record_id", "kind", "state", "error")]

    def check(self) -> None:
        super().check()
        there = {
            found: (contact["surname"], *(contact[name] or "" for name in FIELDS.values()))
            for found, contact in self.contacts().items()
        }
        here = self.person_rows().filter(state=State.PRESENT).values_list("external_id", "last_name", *FIELDS)
        assert {row[0]: tuple(value or "" for value in row[1:]) for row in here} == there
        names = Counter(name for name, *_ in there.values())
        assert max((names[name] for name in self.added), default=0) <= 1, "created twice"
        self.no_person_was_lost_upstream()
        self.no_person_was_lost_here()

    def no_person_was_lost_upstream(self) -> None:
        contacts = self.contacts()
        for number, (contact, field, value) in enumerate(self.persons_upstream):
            later = any((contact, field) == (c, f) for c, f, _ in self.persons_upstream[number + 1 :])
            if value is None or later or contact not in contacts or contacts[contact][FIELDS[field]] == value:
                continue
            row = self.person_rows().get(external_id=contact)
            of_row = {"resource": person.RESOURCE, "record_id": row.pk, "field": field}
            known = Conflict.objects.filter(theirs=value, **of_row).exists()
            seen = Change.objects.filter(after=value, **of_row).exists()
            assert known or seen, f"{field} {value!r} of contact {contact} was lost"

    def no_person_was_lost_here(self) -> None:
        for number, (record, field, value) in enumerate(self.persons_here):
            later = any((record, field) == (r, f) for r, f, _ in self.persons_here[number + 1 :])
            row = ContactPerson.objects.get(pk=record)
            gone = row.state in (State.TOMBSTONE, State.MERGED)
            if value is None or later or gone or getattr(row, field) == value:
                continue
            of_row = {"resource": person.RESOURCE, "record_id": row.pk}
            known = Conflict.objects.filter(ours=value, field=field, **of_row).exists()
            sent = [
                write.fields[field]["value"] for write in Write.objects.filter(**of_row) if field in write.fields
            ]
            assert known or value in sent, f"{field} {value!r} of person {record} was lost"


@pytest.mark.django_db(transaction=True)
def test_both_sides_agree_about_persons_in_the_end_and_nothing_is_lost() -> None:
    run(Persons, examples=4, steps=25)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.django_db(transaction=True)
def test_both_sides_agree_about_persons_after_five_thousand_steps() -> None:
    run(Persons, examples=100, steps=50)
