"""Claims: one process at a time works on a row, whatever becomes of that process."""

import socket
import threading
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from counterfoil.mirror import claims
from counterfoil.mirror.claims import Claims
from counterfoil.mirror.models import Connection, Run, RunKind
from tests.support.background import in_background

pytestmark = pytest.mark.django_db(transaction=True)

CLAIMS = Claims(timedelta(seconds=60), "lease_holder", "lease_expires_at")
"""On the columns of a run, which stand for those of any table."""
GONE = f"{socket.gethostname()}:{2**22 + 1}:1"
"""A process of this host with a number that no process has."""
ELSEWHERE = "another-host:4194305:1"


@pytest.fixture
def rows() -> "QuerySet[Run]":
    """Ten queued runs, claimed by nobody."""
    connection = Connection.objects.create(name="acme", connector="robaws")
    Run.objects.bulk_create(Run(connection=connection, kind=RunKind.SINGLE) for _ in range(10))
    return Run.objects.order_by("id")


def ids(rows: "QuerySet[Run]") -> list[int]:
    """Return the keys of the rows, in their order."""
    return list(rows.values_list("pk", flat=True))


def expire(rows: "QuerySet[Run]") -> None:
    """Let the term of every claim be over."""
    rows.update(lease_expires_at=timezone.now() - timedelta(seconds=1))


def test_two_processes_that_claim_at_once_get_different_rows(rows: "QuerySet[Run]") -> None:
    claimed: dict[str, list[int]] = {}
    both = threading.Barrier(2)

    def claim(holder: str) -> None:
        both.wait(10)
        claimed[holder] = [key for _ in range(3) for key in CLAIMS.claim_first(rows, 2, holder)]

    for thread in [in_background(lambda holder=holder: claim(holder)) for holder in ("a", "b")]:  # type: ignore[misc]
        thread.join()
    claimed["rest"] = CLAIMS.claim_first(rows, 10, "rest")
    assert sorted(key for keys in claimed.values() for key in keys) == ids(rows), "every row once"
    for holder, keys in claimed.items():
        assert ids(rows.filter(CLAIMS.held_by(holder))) == sorted(keys)


def test_one_row_claimed_by_two_goes_to_one_of_them(rows: "QuerySet[Run]") -> None:
    row, both = rows.filter(pk=ids(rows)[0]), threading.Barrier(2)
    won: list[int] = []

    def claim(holder: str) -> None:
        both.wait(10)
        won.append(CLAIMS.claim(row, holder))

    for thread in [in_background(lambda holder=holder: claim(holder)) for holder in ("a", "b")]:  # type: ignore[misc]
        thread.join()
    assert sorted(won) == [0, 1]


def test_rows_are_claimed_in_order_up_to_the_limit(rows: "QuerySet[Run]") -> None:
    assert CLAIMS.claim_first(rows, 3, "a") == ids(rows)[:3]
    assert CLAIMS.claim_first(rows.reverse(), 3, "b") == ids(rows.reverse())[:3]
    assert ids(rows.filter(CLAIMS.held())) == [*ids(rows)[:3], *ids(rows)[-3:]]
    assert ids(rows.filter(CLAIMS.free())) == ids(rows)[3:-3]


def test_a_claim_lasts_its_term_by_the_clock_of_the_database(rows: "QuerySet[Run]") -> None:
    CLAIMS.claim(rows, "a")
    row = rows[0]
    assert row.lease_expires_at is not None
    assert timedelta(seconds=55) < row.lease_expires_at - timezone.now() <= timedelta(seconds=65)


def test_a_row_that_a_live_process_holds_is_not_available(rows: "QuerySet[Run]") -> None:
    CLAIMS.claim(rows, claims.this_process())
    assert CLAIMS.claim(rows, "other") == 0
    assert CLAIMS.claim_first(rows, 10, "other") == []
    assert CLAIMS.release_gone(rows) == 0
    assert not CLAIMS.available(rows).exists()


def test_an_expired_claim_is_taken_over(rows: "QuerySet[Run]") -> None:
    CLAIMS.claim(rows, claims.this_process())
    expire(rows)
    assert not rows.filter(CLAIMS.held()).exists()
    assert CLAIMS.claim_first(rows, 4, "b") == ids(rows)[:4]
    assert CLAIMS.claim(rows, "c") == 6


@pytest.mark.parametrize("holder", [GONE, f"7/{GONE}"])
def test_a_claim_of_a_process_that_is_gone_is_taken_over_at_once(rows: "QuerySet[Run]", holder: str) -> None:
    CLAIMS.claim(rows, holder)
    assert not rows.filter(CLAIMS.free()).exists(), "its term is not over"
    assert CLAIMS.claim(rows.filter(pk__lte=ids(rows)[2]), "b") == 3
    assert CLAIMS.release_gone(rows) == 7
    assert CLAIMS.claim_first(rows, 10, "c") == ids(rows)[3:]


def test_a_process_of_another_host_counts_as_alive_until_its_term_ends(rows: "QuerySet[Run]") -> None:
    CLAIMS.claim(rows, ELSEWHERE)
    assert CLAIMS.release_gone(rows) == 0
    assert CLAIMS.claim(rows, "b") == 0
    expire(rows)
    assert CLAIMS.claim(rows, "b") == 10


def test_a_holder_whose_claim_was_taken_over_writes_nothing(rows: "QuerySet[Run]") -> None:
    CLAIMS.claim(rows, "late")
    expire(rows)
    CLAIMS.claim_first(rows, 4, "next")
    mine = rows.filter(CLAIMS.held_by("late"))
    with transaction.atomic():
        assert CLAIMS.lock(rows, "late") == 6, "what nobody has taken over is still its own"
        assert CLAIMS.lock(rows, "next") == 4
    assert CLAIMS.renew(mine, note="late") == 6
    assert CLAIMS.release(mine, note="late") == 6
    assert ids(rows.exclude(note="late")) == ids(rows.filter(CLAIMS.held_by("next"))) == ids(rows)[:4]


def test_renewing_and_releasing_set_other_columns_with_the_claim(rows: "QuerySet[Run]") -> None:
    CLAIMS.claim(rows, "a", note="claimed")
    expire(rows)
    assert CLAIMS.renew(rows, note="renewed") == 10
    assert set(rows.filter(CLAIMS.held()).values_list("note", flat=True)) == {"renewed"}
    assert CLAIMS.release(rows, note="released") == 10
    assert set(rows.values_list("note", "lease_holder", "lease_expires_at")) == {("released", "", None)}


def test_a_row_created_with_its_claim_is_held(rows: "QuerySet[Run]") -> None:
    made = Run.objects.create(connection=rows[0].connection, kind=RunKind.SINGLE, **CLAIMS.taken("a"))
    assert ids(rows.filter(CLAIMS.held())) == [made.pk]


def test_every_new_claim_has_its_own_holder_of_a_live_process() -> None:
    first, second = claims.new_claim(), claims.new_claim()
    assert first != second
    assert not claims.is_gone(first)
    assert not claims.is_gone(claims.this_process())


@pytest.mark.parametrize(
    ("holder", "gone"),
    [
        (GONE, True),
        (f"3/{GONE}", True),
        (ELSEWHERE, False),
        ("", False),
        ("5f0c3a", False),
        (f"{socket.gethostname()}:x:1", False),
    ],
)
def test_a_process_counts_as_gone_only_on_its_own_host(holder: str, gone: bool) -> None:
    assert claims.is_gone(holder) is gone


def test_a_reused_process_id_is_not_the_old_process() -> None:
    host, pid, start_time = claims.this_process().rsplit(":", 2)
    assert claims.is_gone(f"{host}:{pid}:{start_time}0") is bool(start_time)
