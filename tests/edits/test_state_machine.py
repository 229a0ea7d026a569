"""Laws 1, 3, 4 and 5 together: whatever happens in whatever order, once it is quiet both sides agree.

Nothing is lost without a decision on record, nothing is created twice, nothing of our own is taken for theirs.
"""

import os
from collections import Counter
from contextlib import suppress
from typing import Any
from unittest.mock import patch

import orjson
import pytest
from django.db.models import Q
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from counterfoil import messages
from counterfoil.connectors.page import PageRequest, Resource, Shape
from counterfoil.connectors.robaws.record import identify
from counterfoil.edits import create, delete, push, request_push, resolve_conflict
from counterfoil.edits import edit as customer_edit
from counterfoil.errors import CounterfoilError
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.mirror import tickets
from counterfoil.mirror.models import (
    Change,
    Conflict,
    ConflictKind,
    Connection,
    Customer,
    Decision,
    PendingDeletion,
    PendingEdit,
    State,
    Write,
)
from counterfoil.webhooks.session import DeliverySession
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.crashing import Crash, crashing
from tests.support.mirrored import Mirrored

CLIENTS = 4
FIELDS = ("email", "city")
POINTS = 30
"""As many things as become lasting in a push of one record."""


class TwoWays(RuleBasedStateMachine):
    """An upstream, its mirror, people on both sides. Every value is new, so each can be told from all others."""

    def __init__(self) -> None:
        super().__init__()
        self.sim = RobawsSimulator(customers=CLIENTS, seed=7, rate=None).start()
        self.mirror = Mirrored.connect(self.sim, f"acme {os.urandom(6).hex()}", guard_share=1)
        self.sync(full=True)
        self.number = 0
        self.local: list[tuple[int, str, Any]] = []
        self.upstream: list[tuple[str, str, Any]] = []
        self.late: list[Observation] = []
        self.made: list[str] = []
        self.deleted: set[str] = set()
        self.confirmed: set[str] = set()

    @property
    def connection(self) -> Connection:
        return self.mirror.connection

    def teardown(self) -> None:
        try:
            self.become_quiet()
            self.check()
        finally:
            self.sim.stop()

    # ── people upstream ──

    @rule(pick=st.integers(0, 20), field=st.sampled_from(FIELDS), clear=st.booleans())
    def somebody_edits_upstream(self, pick: int, field: str, clear: bool) -> None:
        if client := self.pick_client(pick):
            self.edit_upstream(client, field, None if clear and field == "email" else self.value(field))

    @rule()
    def somebody_creates_upstream(self) -> None:
        (client,) = self.sim.control.add(1, {"name": self.value("name"), "email": self.value("email")})
        self.news(client)

    @precondition(lambda self: self.sim.control.count() > 2)
    @rule(pick=st.integers(0, 20))
    def somebody_deletes_upstream(self, pick: int) -> None:
        if client := self.pick_client(pick):
            self.sim.control.delete([client])
            self.deleted.add(client)

    @rule(pick=st.integers(0, 20))
    def a_webhook_is_on_its_way(self, pick: int) -> None:
        if client := self.pick_client(pick):
            self.news(client)

    # ── people here ──

    @rule(pick=st.integers(0, 20), field=st.sampled_from(FIELDS), clear=st.booleans())
    def somebody_edits_here(self, pick: int, field: str, clear: bool) -> None:
        rows = self.rows().filter(state__in=(State.PRESENT, State.LOCAL, State.MISSING)).order_by("pk")
        if not rows:
            return
        row = rows[pick % len(rows)]
        value = None if clear else self.value(field)
        with suppress(CounterfoilError):
            customer_edit.edit_customer(row, {field: value or ""})
            self.local.append((row.pk, field, value))

    @rule()
    def somebody_creates_here(self) -> None:
        name = self.value("name")
        create.create_customer(self.connection, {"name": name, "email": self.value("email")})
        self.made.append(name)

    @rule(pick=st.integers(0, 20))
    def somebody_deletes_here(self, pick: int) -> None:
        rows = self.rows().filter(state__in=(State.PRESENT, State.MISSING)).order_by("pk")
        if self.sim.control.count() <= 2 or not rows:
            return
        row = rows[pick % len(rows)]
        with suppress(CounterfoilError):
            delete.confirm_deletion(row, delete.DeletionQuestion.about(row).mark)
            self.confirmed.add(str(row.external_id))

    @rule(pick=st.integers(0, 20))
    def somebody_keeps_it_after_all(self, pick: int) -> None:
        waiting = PendingDeletion.objects.filter(connection=self.connection).order_by("pk")
        if waiting:
            self.keep(waiting[pick % len(waiting)])

    @rule(pick=st.integers(0, 20), first=st.booleans())
    def somebody_settles(self, pick: int, first: bool) -> None:
        waiting = Conflict.objects.filter(connection=self.connection, settled_at=None).order_by("pk")
        if waiting:
            self.settle(waiting[pick % len(waiting)], 0 if first else 1)

    # ── the machine ──

    @rule(full=st.booleans())
    def a_pass(self, full: bool) -> None:
        self.sync(full=full)

    @rule()
    def a_page_is_fetched_and_arrives_later(self) -> None:
        with DeliverySession(self.connection, Resource.CUSTOMER) as session:
            page = session.read._collection.fetch(PageRequest(0, 100))
        ended = tickets.latest()
        self.late += [Observation(item, Origin.PAGE, Shape.LIST, page.ticket, ended) for item in page.items]

    @precondition(lambda self: self.late)
    @rule(pick=st.integers(0, 50), twice=st.booleans())
    def something_arrives(self, pick: int, twice: bool) -> None:
        observation = self.late[pick % len(self.late)]
        if not twice:
            self.late.remove(observation)
        self.take(observation)

    @rule(crash=st.integers(0, POINTS))
    def a_push(self, crash: int) -> None:
        with suppress(Crash), crashing(crash):
            self.push()

    @rule(arrived=st.booleans())
    def a_push_whose_answer_is_lost(self, arrived: bool) -> None:
        self.sim.control.fault("dropped", method="PATCH", times=1, after=arrived, at="start")
        self.sim.control.fault("dropped", method="POST", times=1, after=arrived, at="start")
        self.sim.control.fault("dropped", method="DELETE", times=1, after=arrived, at="start")
        self.push()
        self.sim.control.clear_faults()

    @rule(pick=st.integers(0, 20), field=st.sampled_from(FIELDS), after=st.booleans())
    def a_push_into_which_somebody_writes(self, pick: int, field: str, after: bool) -> None:
        if client := self.pick_client(pick):
            value = self.value(field)
            marked = f"https://www.example{self.number}.com"
            change = {"ids": [client], "fields": {**self.fields(field, value), "website": marked}}
            path = f"/clients/{client}"
            self.sim.control.interject("change", change, method="PATCH", path=path, times=1, after=after)
            self.push()
            self.sim.control.release()
            there = client in self.sim.control.ids()  # the push may have deleted it
            if there and self.sim.control.client(client).get("website") == marked:
                self.upstream.append((client, field, value))
                self.interjected(client, field, value)

    # ── how ──

    @initialize()
    def begin(self) -> None:
        """Start from a synced mirror."""

    def value(self, field: str) -> str:
        self.number += 1
        return f"value{self.number}@example.com" if field == "email" else f"{field.title()} {self.number}"

    def pick_client(self, pick: int) -> str | None:
        ids = self.sim.control.ids()
        return ids[pick % len(ids)] if ids else None

    def rows(self) -> Any:
        return Customer.objects.filter(connection=self.connection)

    def fields(self, field: str, value: Any) -> dict[str, Any]:
        return {"address": {"city": value}} if field == "city" else {field: value}

    def said(self, client: str, field: str) -> Any:
        body = self.sim.control.client(client)
        found = (body.get("address") or {}).get("city") if field == "city" else body.get(field)
        return found or None

    def edit_upstream(self, client: str, field: str, value: Any) -> None:
        self.sim.control.change([client], fields=self.fields(field, value))
        self.upstream.append((client, field, value))
        self.news(client)

    def news(self, client: str) -> None:
        """Keep an observation of the client, to be delivered at any later moment."""
        body = orjson.dumps(self.sim.control.client(client))
        self.late.append(Observation(identify(body), Origin.DELIVERY, Shape.DELIVERY, None, tickets.latest()))

    def take(self, observation: Observation) -> None:
        with DeliverySession(self.connection, Resource.CUSTOMER) as session:
            pipeline = session.reading_pipeline(lambda: None)
            pipeline.ingest([observation], session.source({observation.item.external_id: 1}))

    def sync(self, *, full: bool) -> None:
        self.mirror.sync(full=full)

    def push(self) -> None:
        with patch.object(push, "MAX_PARALLEL", 1):
            execute_run(request_push.request_push(self.connection))

    def settle(self, conflict: Conflict, choice: int) -> None:
        decision = resolve_conflict.CHOICES[ConflictKind(conflict.kind)][choice]
        chosen = (conflict.theirs or [{}])[0].get("id") if decision == Decision.SAME else None
        resolve_conflict.resolve(conflict, decision, chosen=chosen)

    def keep(self, deletion: PendingDeletion) -> None:
        row = self.rows().get(pk=deletion.record_id)
        with suppress(CounterfoilError):  # sent, and its outcome is not known yet
            delete.undo_deletion(row)
            self.confirmed.discard(str(row.external_id))

    def interjected(self, client: str, field: str, value: Any) -> None:
        """Keep an observation of a change that our write has replaced, dated between our read and our write."""
        write = Write.objects.filter(connection=self.connection, external_id=client).order_by("-pk").first()
        if self.said(client, field) == value or write is None or not (write.modified and write.modified_after):
            self.news(client)
            return
        between = write.modified + (write.modified_after - write.modified) / 2
        body = {**self.sim.control.client(client), **self.fields(field, value), "updatedAt": between.isoformat()}
        item = identify(orjson.dumps(body))
        self.late.append(Observation(item, Origin.DELIVERY, Shape.DELIVERY, None, tickets.latest()))

    def become_quiet(self) -> None:
        self.sim.control.clear_faults()
        for observation in self.late:
            self.take(observation)
        for _ in range(10):
            self.sync(full=True)
            self.push()
            waiting = Conflict.objects.filter(connection=self.connection, settled_at=None).order_by("pk")
            deletions = PendingDeletion.objects.filter(connection=self.connection).order_by("pk")
            if not waiting and not deletions and not self.still_waiting() and not self.unfinished():
                break
            for deletion in deletions.exclude(held=""):
                self.keep(deletion)
            for conflict in waiting:
                self.settle(conflict, 0)
        self.sync(full=True)
        self.take_back_what_was_refused()

    def take_back_what_was_refused(self) -> None:
        """Undo the rejected edits: here only values that were cleared upstream before the first read back.

        Such a value looks like one that the upstream did not keep, and stays marked until a person decides.
        """
        for edit in PendingEdit.objects.filter(resource="customer", connection=self.connection).exclude(
            refused=""
        ):
            client = Customer.objects.get(pk=edit.record_id).external_id
            assert edit.refused == messages.edits.CREATED_WITHOUT_VALUE(system="Robaws")
            assert self.said(str(client), edit.field) is edit.base is None
            customer_edit.undo_edit(edit)

    def check(self) -> None:
        assert self.still_waiting() == []
        assert self.unfinished() == []
        last = self.mirror.connection.runs.order_by("-id").values_list("kind", "state", "error", "note")[:3]
        assert self.mirror.untrue() == [], list(last)
        names = Counter(client["name"] for client in self.sim.control.clients())
        assert max(names[name] for name in [*self.made, ""]) <= 1, "created twice"
        assert self.still_to_be_deleted() == []
        self.only_what_a_person_confirmed_was_deleted()
        self.nothing_was_lost_upstream()
        self.nothing_was_lost_here()
        for conflict in Conflict.objects.filter(resource="customer", connection=self.connection, kind="both"):
            before = self.sent(conflict.record_id, conflict.field, created_at__lt=conflict.theirs_at)
            assert conflict.theirs not in before, "our own echo"

    def still_waiting(self) -> list[Any]:
        """Return the edits that are not rejected, with the state of their row and its writes."""
        found = []
        for edit in PendingEdit.objects.filter(resource="customer", connection=self.connection, refused=""):
            row = Customer.objects.get(pk=edit.record_id)
            conflicts = Conflict.objects.filter(resource="customer", record_id=row.pk).values_list(
                "kind", "field", "decision"
            )
            writes = Write.objects.filter(resource="customer", record_id=row.pk).values_list(
                "kind", "state", "error"
            )
            said = (edit.field, edit.base, edit.value, edit.sent, edit.conflict_id)
            found.append((row.state, row.external_id, said, list(conflicts), list(writes)))
        return found

    def still_to_be_deleted(self) -> list[Any]:
        """Return the deletions that wait, with the state of their row and its writes."""
        found = []
        for deletion in PendingDeletion.objects.filter(connection=self.connection):
            row = Customer.objects.get(pk=deletion.record_id)
            writes = Write.objects.filter(resource="customer", record_id=row.pk)
            found.append(
                (row.state, row.external_id, deletion.held, list(writes.values_list("kind", "state", "error")))
            )
        return found

    def unfinished(self) -> list[Any]:
        """Return the writes without a known outcome, with the state of their row."""
        found = []
        for write in Write.objects.unfinished().filter(resource="customer", connection=self.connection):
            row = Customer.objects.get(pk=write.record_id)
            conflicts = Conflict.objects.filter(resource="customer", record_id=row.pk).values_list(
                "kind", "field", "decision"
            )
            said = (write.kind, write.state, write.external_id, write.error, write.claim)
            found.append((row.state, row.external_id, row.name, said, list(conflicts)))
        return found

    def sent(self, record: int, field: str, **when: Any) -> list[Any]:
        """Return the values sent of a field, without cleared ones."""
        writes = Write.objects.filter(resource="customer", connection=self.connection, record_id=record, **when)
        said = [write.fields[field]["value"] for write in writes if field in write.fields]
        return [value for value in said if value is not None]

    def only_what_a_person_confirmed_was_deleted(self) -> None:
        sent = [w["path"] for w in self.sim.control.writes() if w["method"] == "DELETE" and w["carried_out"]]
        assert len(sent) == len(set(sent)), "deleted twice"
        assert {path.rpartition("/")[2] for path in sent} <= self.confirmed

    def nothing_was_lost_upstream(self) -> None:
        there = set(self.sim.control.ids())
        for number, (client, field, value) in enumerate(self.upstream):
            later = any((client, field) == (c, f) for c, f, _ in self.upstream[number + 1 :])
            if value is None or later or client in self.deleted:
                continue
            if client in there and self.said(client, field) == value:
                continue
            row = self.rows().get(external_id=client)
            of_field = {"resource": "customer", "record_id": row.pk, "field": field}
            known = Conflict.objects.filter(theirs=value, **of_field).exists()
            bases = [write.fields[field]["base"] for write in self.writes_of(row) if field in write.fields]
            changes = Change.objects.filter(Q(before=value) | Q(after=value), **of_field)
            seen = getattr(row, field) == value or changes.exists()  # a new row has no change per field
            deleted_knowingly = client not in there and seen
            assert known or value in bases or deleted_knowingly, (
                f"{field} {value!r} of {client} was lost: {self.told(client)}"
            )

    def writes_of(self, row: Customer) -> Any:
        return Write.objects.filter(resource="customer", record_id=row.pk)

    def told(self, client: str) -> str:
        """Describe a client, to explain a failure."""
        if client not in self.sim.control.ids():
            row = self.rows().get(external_id=client)
            found = Change.objects.filter(resource="customer", record_id=row.pk).order_by("id")
            conflicts = Conflict.objects.filter(resource="customer", record_id=row.pk)
            return (
                f"it was deleted; {list(found.values_list('field', 'before', 'after', 'source'))}, "
                f"{list(conflicts.values_list('kind', 'field', 'ours', 'theirs', 'decision'))}, "
                f"{list(self.writes_of(row).values_list('kind', 'state', 'error'))}"
            )
        edits = [(field, value) for found, field, value in self.upstream if found == client]
        writes = [(w["status"], w["body"]) for w in self.sim.control.writes() if w["path"].endswith(f"/{client}")]
        return f"upstream edits {edits}, our writes {writes}, now {[self.said(client, f) for f in FIELDS]}"

    def nothing_was_lost_here(self) -> None:
        for number, (record, field, value) in enumerate(self.local):
            later = any((record, field) == (r, f) for r, f, _ in self.local[number + 1 :])
            row = Customer.objects.get(pk=record)  # no row is ever deleted
            gone = row.state in (State.TOMBSTONE, State.MERGED)
            if value is None or later or gone or getattr(row, field) == value:
                continue
            known = Conflict.objects.filter(
                resource="customer", record_id=record, field=field, ours=value
            ).exists()
            assert known or value in self.sent(record, field), f"{field} {value!r} of row {record} was lost"


def run(machine: type[TwoWays], examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=(Phase.explicit, Phase.generate),  # what happens depends on threads: there is no shrinking it
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db(transaction=True)
def test_both_sides_agree_in_the_end_and_nothing_is_lost() -> None:
    run(TwoWays, examples=8, steps=25)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.django_db(transaction=True)
def test_both_sides_agree_after_ten_thousand_steps() -> None:
    run(TwoWays, examples=200, steps=50)
