"""The counts of wrong passwords in the database."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection

from counterfoil.errors import TooManyTries
from counterfoil.login import tries
from counterfoil.login.brake import EMPTY_AFTER
from counterfoil.login.models import PasswordTries
from counterfoil.login.tries import Tries

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HERE, THERE = "203.0.113.7", "203.0.113.8"


def wrong(name: str, address: str, count: int, now: datetime = NOW) -> None:
    for _ in range(count):
        Tries(name, address, None).begin(now)


def test_a_name_waits_at_the_address_of_the_guesses_only(db: None) -> None:
    wrong("anna", HERE, 5)
    with pytest.raises(TooManyTries, match="Try again in 3 minutes") as refused:
        wrong("Anna", HERE, 1)
    assert refused.value.until == NOW + timedelta(minutes=3)
    wrong("anna", THERE, 1)
    wrong("bram", HERE, 1)


def test_a_refused_try_counts_nothing(db: None) -> None:
    wrong("anna", HERE, 5)
    for _ in range(30):
        with pytest.raises(TooManyTries):
            wrong("anna", HERE, 1)
    wrong("anna", HERE, 1, NOW + timedelta(minutes=3))


def test_guesses_from_many_addresses_at_one_name_wait_too(db: None) -> None:
    for number in range(20):
        wrong("anna", f"198.51.100.{number}", 1)
    with pytest.raises(TooManyTries, match="6 minutes"):
        wrong("anna", HERE, 1)
    wrong("bram", HERE, 1)


def test_guesses_at_many_names_from_one_address_wait_too(db: None) -> None:
    for number in range(50):
        wrong(f"name{number}", HERE, 1)
    with pytest.raises(TooManyTries, match="in a minute"):
        wrong("anna", HERE, 1)
    wrong("anna", THERE, 1)


def test_an_ipv6_visitor_has_one_count_for_all_his_addresses(db: None) -> None:
    wrong("anna", "2001:db8:1:2::1", 5)
    with pytest.raises(TooManyTries):
        wrong("anna", "2001:db8:1:2:aaaa::9", 1)
    wrong("anna", "2001:db8:1:3::1", 1)


def test_a_browser_that_has_logged_in_is_not_kept_waiting_by_others(db: None) -> None:
    anna = User.objects.create_user("anna")
    for number in range(20):
        wrong("anna", f"198.51.100.{number}", 1)
    for _ in range(10):
        Tries("anna", HERE, anna, "1:key").begin(NOW)
    with pytest.raises(TooManyTries):
        Tries("anna", HERE, anna, "1:key").begin(NOW)


def test_a_right_password_ends_the_count_here_and_no_other(db: None) -> None:
    wrong("anna", HERE, 4)
    last = Tries("anna", HERE, None)
    last.begin(NOW)
    last.succeed()
    wrong("anna", HERE, 5)
    counts = dict(PasswordTries.objects.values_list("scope", "count"))
    assert counts == {"pair": 5, "name": 9, "address": 9}


def test_a_password_that_was_not_checked_is_not_counted(db: None) -> None:
    for _ in range(60):
        attempt = Tries("anna", HERE, None)
        attempt.begin(NOW)
        attempt.withdraw()
    assert not PasswordTries.objects.filter(count__gt=0).exists()


def test_requests_that_arrive_together_are_all_counted(transactional_db: None) -> None:
    barrier, passed = threading.Barrier(12), []

    def guess() -> None:
        barrier.wait(30)
        try:
            wrong("anna", HERE, 1)
            passed.append(1)
        except TooManyTries:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 5


def test_what_was_typed_as_a_name_is_nowhere_in_the_table(db: None) -> None:
    wrong("Hunter2!", HERE, 1)
    row = str(list(PasswordTries.objects.values())).casefold()
    assert "hunter2" not in row


def test_an_administrator_sees_who_waits_and_can_end_it(db: None) -> None:
    anna = User.objects.create_user("anna")
    for _ in range(5):
        Tries("anna", HERE, anna).begin(NOW)
    wrong("bram", HERE, 5)
    assert tries.waits(anna, NOW) == [(HERE, NOW + timedelta(minutes=3))]
    tries.lift(anna)
    assert tries.waits(anna, NOW) == []
    Tries("anna", HERE, anna).begin(NOW)
    with pytest.raises(TooManyTries):
        wrong("bram", HERE, 1)
    tries.lift()
    wrong("bram", HERE, 1)


def test_counts_that_say_nothing_any_more_are_deleted(db: None) -> None:
    wrong("anna", HERE, 1)
    assert tries.forget_old(NOW + EMPTY_AFTER) == 0
    assert tries.forget_old(NOW + EMPTY_AFTER + timedelta(seconds=1)) == 3


@pytest.mark.parametrize("address", ["", "unix:", "999.1.1.1", "fe80::1%eth0", "::ffff:203.0.113.7"])
def test_an_odd_address_counts_too(db: None, address: str) -> None:
    wrong("anna", address, 5)
    with pytest.raises(TooManyTries):
        wrong("anna", address, 1)
