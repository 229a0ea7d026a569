"""Law 1, fetch start counts: every order of arrival ends in the correct state, over real HTTP."""

from counterfoil.mirror import coverage
from counterfoil.mirror.models import Customer, Run, RunState
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.background import in_background
from tests.support.mirrored import Mirrored

LONG_AGO = "2019-03-01T09:00:00.000Z"
FAR_AHEAD = "2099-01-01T00:00:00.000Z"


def hold_first_page(sim: RobawsSimulator) -> None:
    """Let the upstream make the answer to the next request for page 0, but not send it."""
    sim.control.hold(method="GET", path="/clients", page=0, times=1)


def test_a_page_requested_before_a_single_read_and_written_after_does_not_undo_it(
    mirror: Mirrored,
) -> None:
    mirror.sync()
    first = mirror.sim.control.ids()[0]
    hold_first_page(mirror.sim)
    thread = in_background(lambda: mirror.sync(full=True))
    assert mirror.sim.control.wait_held(1)
    mirror.sim.control.change(ids=[first], fields={"email": "new@garage.example"})
    mirror.sync(client_id=first)
    assert mirror.row(first).email == "new@garage.example"
    mirror.sim.control.release()
    thread.join()
    run = Run.objects.filter(kind="full").latest("id")
    assert mirror.row(first).email == "new@garage.example"
    assert (run.state, run.updated, run.stale) == (RunState.COMPLETED, 0, 1)
    assert mirror.is_true()


def test_with_equal_modified_times_one_live_read_decides(mirror: Mirrored) -> None:
    mirror.sync()
    first = mirror.sim.control.ids()[0]
    hold_first_page(mirror.sim)
    thread = in_background(lambda: mirror.sync(full=True))
    assert mirror.sim.control.wait_held(1)
    mirror.sim.control.change(ids=[first], fields={"email": "new@garage.example"}, touch_updated_at=False)
    mirror.sync(client_id=first)
    mirror.sim.control.release()
    thread.join()
    run = Run.objects.filter(kind="full").latest("id")
    assert mirror.row(first).email == "new@garage.example"
    assert (run.settled, run.updated, run.api_calls) == (1, 0, 4)


def test_a_single_read_overtaken_by_an_unchanged_page_is_decided_by_a_live_read(mirror: Mirrored) -> None:
    """A page that finds the row unchanged rewrites nothing, but is an observation of it."""
    mirror.sync()
    first = mirror.sim.control.ids()[0]
    before = mirror.row(first).email
    mirror.sim.control.change(ids=[first], fields={"email": "brief@garage.example"}, touch_updated_at=False)
    mirror.sim.control.hold(method="GET", path=f"/clients/{first}", times=1)
    thread = in_background(lambda: mirror.sync(client_id=first))
    assert mirror.sim.control.wait_held(1)
    mirror.sim.control.change(ids=[first], fields={"email": before}, touch_updated_at=False)
    assert mirror.sync(full=True).unchanged == 250
    mirror.sim.control.release()
    thread.join()
    assert mirror.row(first).email == before
    assert Run.objects.filter(kind="single").latest("id").settled == 1


def test_of_two_versions_with_the_same_modified_time_the_later_request_wins(mirror: Mirrored) -> None:
    mirror.sync()
    first = mirror.sim.control.ids()[0]
    mirror.sim.control.change(ids=[first], fields={"tel": "03 234 56 78"})
    mirror.sync(full=True)
    mirror.sim.control.change(ids=[first], fields={"tel": "03 234 56 79"}, touch_updated_at=False)
    run = mirror.sync(full=True)
    assert (run.updated, run.settled) == (1, 0)
    assert mirror.row(first).phone == "03 234 56 79"


def test_a_deleted_row_that_an_older_page_still_shows_stays_deleted(mirror: Mirrored) -> None:
    mirror.sync()
    first = mirror.sim.control.ids()[0]
    hold_first_page(mirror.sim)
    thread = in_background(lambda: mirror.sync(full=True))
    assert mirror.sim.control.wait_held(1)
    mirror.sim.control.delete(ids=[first])
    assert mirror.sync(client_id=first).tombstoned == 1
    mirror.sim.control.release()
    thread.join()
    assert mirror.row(first).state == "tombstone"
    assert not mirror.row(first).is_active
    assert mirror.states() == {"present": 249, "tombstone": 1}


def test_only_a_live_single_read_revives_a_tombstone(mirror: Mirrored) -> None:
    mirror.sync()
    first = mirror.sim.control.ids()[0]
    mirror.sim.control.snapshot()
    mirror.sim.control.delete(ids=[first])
    mirror.sync(client_id=first)
    mirror.sim.control.restore()
    run = mirror.sync(full=True)
    assert run.settled == 1, "the page that lists it again only asks for a live read"
    assert mirror.row(first).state == "present"
    assert mirror.row(first).is_active
    assert [c for c in mirror.history(first) if c[0] == "state"] == [
        ("state", "present", "tombstone"),
        ("state", "tombstone", "present"),
    ]


def test_a_restored_backup_is_accepted_after_one_live_read_of_each_older_row(mirror: Mirrored) -> None:
    mirror.sync()
    ids = mirror.sim.control.ids()[:3]
    mirror.sim.control.snapshot()
    mirror.sim.control.change(ids=ids, fields={"email": "lost@restore.example"})
    mirror.sync(full=True)
    mirror.sim.control.restore()
    run = mirror.sync(full=True)
    assert (run.state, run.settled, run.updated) == (RunState.COMPLETED, 3, 3)
    assert mirror.is_true()
    assert mirror.sync(full=True).unchanged == 250


def test_a_record_dated_2099_neither_moves_the_watermark_nor_hides_later_corrections(mirror: Mirrored) -> None:
    first = mirror.sim.control.ids()[0]
    mirror.sim.control.change(ids=[first], fields={"email": "future@garage.example"}, updated_at=FAR_AHEAD)
    mirror.sync()
    mirror.connection.refresh_from_db()
    mark = coverage.load(mirror.connection.pk).watermark
    assert mark is not None
    assert mark.year < 2099
    mirror.sim.control.change(ids=[first], fields={"email": "right@garage.example"})
    assert mirror.sync().kind == "incremental"
    assert mirror.row(first).email == "right@garage.example"


def test_an_older_body_with_an_older_modified_time_is_stale(mirror: Mirrored) -> None:
    """The row changed twice while a page was in transit: the upstream's own times decide."""
    mirror.sync()
    first = mirror.sim.control.ids()[0]
    mirror.sim.control.change(ids=[first], fields={"email": "older@garage.example"}, updated_at=LONG_AGO)
    hold_first_page(mirror.sim)
    thread = in_background(lambda: mirror.sync(full=True))
    assert mirror.sim.control.wait_held(1)
    mirror.sim.control.change(ids=[first], fields={"email": "newer@garage.example"})
    mirror.sync(client_id=first)
    mirror.sim.control.release()
    thread.join()
    assert mirror.row(first).email == "newer@garage.example"
    assert Customer.objects.get(external_id=first).version == 2
