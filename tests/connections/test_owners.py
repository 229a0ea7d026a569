"""Several owners side by side: the same names and ids, and jobs that end once their requester loses access."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from counterfoil.connections import access, connect
from counterfoil.connectors.page import Resource
from counterfoil.errors import InvalidInput, LeaseLost, NotFound
from counterfoil.mirror.models import Change, Connection, Customer, Run, RunKind, RunState
from counterfoil.mirror.selection import Selection
from counterfoil.runs import lifecycle, mapping_changes, requester
from counterfoil.runs.context import Progress
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import approval, plan, selection
from counterfoil.worker import queue
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored

LOST = "The user who requested it no longer has access to this connection."

FULL = plan.PlannedRun(Resource.CUSTOMER, RunKind.FULL)


@pytest.fixture
def other_sim() -> Iterator[RobawsSimulator]:
    """Start another tenant of the same upstream."""
    with RobawsSimulator(customers=250, seed=7, rate=None) as simulator:
        yield simulator


@pytest.fixture
def anna(mirror: Mirrored) -> User:
    """Make one user."""
    return User.objects.create_user("anna")


@pytest.fixture
def bert(mirror: Mirrored) -> User:
    """Make another user."""
    return User.objects.create_user("bert")


def give(mirror: Mirrored, owner: User | None) -> None:
    """Make the user the owner of the connection."""
    requester.hand_over(Connection.objects.get(pk=mirror.connection.pk), owner, [])


def owned(name: str, owner: User | None) -> Connection:
    return Connection.objects.create(name=name, connector="robaws", owner=owner)


def ended(run: Run) -> tuple[str, str, int]:
    """Return the run's state, its note, and how much it has read."""
    run.refresh_from_db()
    return run.state, run.note, run.fetched


def test_two_owners_have_the_same_ids_with_different_values(
    mirror: Mirrored, other_sim: RobawsSimulator, anna: User, bert: User
) -> None:
    give(mirror, anna)
    theirs = Mirrored.connect(other_sim, "acme")
    give(theirs, bert)
    first, gone = mirror.sim.control.ids()[:2]
    mirror.sim.control.change(ids=[first], fields={"email": "anna@garage.example"})
    other_sim.control.change(ids=[first], fields={"email": "bert@garage.example"})
    mirror.sync()
    theirs.sync()
    other_sim.control.change(ids=[first], fields={"email": "later@garage.example"})
    other_sim.control.delete(ids=[gone])
    theirs.sync(full=True)
    assert mirror.sim.control.ids()[:2] == [first, gone]
    assert (mirror.row(first).email, mirror.row(gone).state) == ("anna@garage.example", "present")
    assert (theirs.row(first).email, theirs.row(gone).state) == ("later@garage.example", "tombstone")
    assert mirror.history(first) == []
    assert Customer.objects.filter(external_id=first).count() == 2
    for who, mine in ((anna, mirror), (bert, theirs)):
        seen = access.visible_connections(who)
        assert seen == frozenset({mine.connection.pk})
        for rows in (Customer.objects.all(), Run.objects.all(), Change.objects.all(), Connection.objects.all()):
            way = access.way_to_connection(rows.model) or ""
            assert set(access.narrow(rows, seen).values_list(way, flat=True)) <= seen, rows.model


def test_ids_are_unique_per_connection_and_names_per_owner(mirror: Mirrored, anna: User, bert: User) -> None:
    mirror.sync(limit=1)
    row = Customer.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    for owner in (anna, bert):
        owned("Acme", owner)
        with pytest.raises(IntegrityError), transaction.atomic():
            owned("ACME", owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        owned("ACME", None)


def test_a_user_with_a_connection_cannot_be_deleted(mirror: Mirrored, anna: User) -> None:
    give(mirror, anna)
    with pytest.raises(ProtectedError):
        anna.delete()
    give(mirror, None)
    anna.delete()
    assert Connection.objects.get().owner is None


def test_a_name_finds_own_before_shared_before_other_connections(mirror: Mirrored, anna: User, bert: User) -> None:
    boss = User.objects.create_superuser("boss")
    house, hers = mirror.connection, owned("Acme", anna)
    sites, annas, berts = owned("sites", anna), owned("books", anna), owned("Books", bert)
    for who, name, meant in (
        (None, "acme", house), (bert, "ACME", house), (anna, "acme", hers), (boss, "acme", house),
        (None, "sites", sites), (boss, "sites", sites), (anna, " books ", annas), (bert, "books", berts),
    ):  # fmt: skip
        assert connect.find_connection(name, who) == meant, (who, name)
    for who in (None, boss):
        with pytest.raises(InvalidInput) as asked:
            connect.find_connection("books", who)
        assert str(asked.value) == (
            "anna and bert each have a connection called 'books'. Name the user, as in `counterfoil --as anna …`."
        )
    with pytest.raises(NotFound) as unknown:
        connect.find_connection("sites", bert)
    assert unknown.value.message == "There is no connection called 'sites'."
    assert sorted(unknown.value.advice[len("There are: ") : -1].split(", ")) == ["Books (bert)", "acme"]


@pytest.mark.parametrize("kind", [RunKind.FULL, RunKind.SINGLE, RunKind.SELECTION])
def test_a_job_ends_once_its_user_cannot_see_the_connection(
    mirror: Mirrored, anna: User, bert: User, kind: RunKind
) -> None:
    mirror.sync()
    run = queued(mirror, bert, kind)
    mirror.sim.control.reset_stats()
    Connection.objects.filter(pk=mirror.connection.pk).update(owner=anna)
    assert queue.execute_due_runs() == 1
    assert ended(run) == (RunState.CANCELLED, LOST, 0)
    assert mirror.sim.control.stats()["requests"] == 0


@pytest.mark.parametrize("kind", [RunKind.FULL, RunKind.SINGLE, RunKind.SELECTION])
def test_a_job_is_done_while_its_user_can_see_the_connection(mirror: Mirrored, anna: User, kind: RunKind) -> None:
    mirror.sync()
    run = queued(mirror, anna, kind)
    give(mirror, anna)
    queue.execute_due_runs()
    assert ended(run)[0] == RunState.COMPLETED


def queued(mirror: Mirrored, user: User, kind: RunKind) -> Run:
    """Queue a run for a user."""
    if kind == RunKind.SELECTION:
        now = timezone.now()
        (run,) = selection.request_selection(
            Selection.from_parameters({"state": "present"}).bounded(now), now, user
        )
        return run
    one = mirror.sim.control.ids()[0] if kind == RunKind.SINGLE else None
    return lifecycle.request_run(mirror.connection, kind, RunOptions(client_id=one), user)


def test_a_job_ends_once_its_user_has_left_the_connection_s_group(mirror: Mirrored, bert: User) -> None:
    group = Group.objects.create(name="Antwerp")
    access.limit(mirror.connection, [group.pk])
    bert.groups.add(group)
    run = queued(mirror, bert, RunKind.FULL)
    bert.groups.clear()
    queue.execute_due_runs()
    assert ended(run) == (RunState.CANCELLED, LOST, 0)


def test_a_new_owner_ends_the_jobs_of_others_also_running_ones(mirror: Mirrored, anna: User, bert: User) -> None:
    mirror.sync()
    waiting, ours = queued(mirror, bert, RunKind.FULL), queued(mirror, anna, RunKind.SINGLE)
    started = queued(mirror, bert, RunKind.SELECTION)

    def hand_over(_: Progress) -> None:
        give(mirror, anna)

    with pytest.raises(LeaseLost):
        execute_run(started, watcher=hand_over)
    state, note, fetched = ended(started)
    assert (state, note) == (RunState.CANCELLED, LOST)
    assert 0 < fetched < 250
    assert ended(waiting) == (RunState.CANCELLED, LOST, 0)
    assert ended(ours)[0] == RunState.QUEUED


def test_a_changed_mapping_is_applied_for_any_user_who_changed_it(
    mirror: Mirrored, anna: User, bert: User
) -> None:
    mirror.sync()
    run = mapping_changes.set_country(mirror.connection, "NL", bert)
    give(mirror, anna)
    queue.execute_due_runs()
    assert ended(run)[0] == RunState.COMPLETED


def test_an_interrupted_run_belongs_to_the_user_who_resumes_it(mirror: Mirrored, anna: User, bert: User) -> None:
    interrupted = {"state": RunState.FAILED, "resumable": True, "started_at": timezone.now()}
    for go_on in (
        lambda run: lifecycle.resume(run, anna),
        lambda _: lifecycle.request_run(mirror.connection, RunKind.FULL, RunOptions(), anna),
        lambda _: plan.start_run(mirror.connection, FULL, RunOptions(), anna),
    ):
        run = Run.objects.create(connection=mirror.connection, kind=RunKind.FULL, requested_by=bert, **interrupted)
        go_on(run)
        run.refresh_from_db()
        assert run.requested_by == anna
        Run.objects.all().delete()


def test_an_approved_run_belongs_to_the_user_who_approved_it(mirror: Mirrored, anna: User, bert: User) -> None:
    mirror.sync()
    gone = mirror.sim.control.ids()[:30]
    mirror.sim.control.delete(ids=gone)
    run = mirror.sync(full=True)
    approval.approve(run, bert)
    give(mirror, anna)
    assert ended(run)[:2] == (RunState.CANCELLED, LOST)
    assert mirror.states() == {"present": 250}
    again = mirror.sync(full=True)
    Run.objects.filter(pk=again.pk).update(requested_by=bert)
    approval.approve(again, anna)
    queue.execute_due_runs()
    assert ended(again)[0] == RunState.COMPLETED
    assert mirror.states() == {"present": 220, "tombstone": 30}
