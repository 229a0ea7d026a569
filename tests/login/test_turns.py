"""Passwords are hashed one at a time, and few threads wait for it: the others answer webhooks."""

import threading
from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, make_password

from counterfoil.errors import TooManyAtOnce
from counterfoil.login import hasher
from counterfoil.login.hasher import Turns


@pytest.fixture
def taken() -> Iterator[Turns]:
    """Keep the turn in another thread until the test ends."""
    turns = Turns(most_waiting=1, patience=30)
    has_it, may_go = threading.Event(), threading.Event()

    def keep() -> None:
        with turns.take():
            has_it.set()
            may_go.wait(30)

    thread = threading.Thread(target=keep)
    thread.start()
    has_it.wait(30)
    yield turns
    may_go.set()
    thread.join()


def test_whoever_finds_all_places_taken_is_told_at_once(taken: Turns) -> None:
    waiting = threading.Thread(target=lambda: taken.take().__enter__(), daemon=True)
    waiting.start()
    while taken._places._value:
        threading.Event().wait(0.001)
    with pytest.raises(TooManyAtOnce, match="Try again in a few seconds"), taken.take():
        pytest.fail("a third one was let in")


def test_whoever_waits_too_long_is_told() -> None:
    turns = Turns(most_waiting=1, patience=0.01)
    with turns.take(), pytest.raises(TooManyAtOnce), turns.take():
        pytest.fail("two at once")


def test_a_turn_is_free_again_after_a_failure() -> None:
    turns = Turns(most_waiting=0, patience=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.take():
            raise ZeroDivisionError


def test_passwords_hashed_by_django_stay_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    before = PBKDF2PasswordHasher().encode("open sesame", "salt", 10)
    assert check_password("open sesame", before)
    assert not check_password("other", before)
    monkeypatch.setattr(hasher.PasswordHasher, "iterations", 10)
    assert make_password("open sesame").startswith("pbkdf2_sha256$10$")


def test_every_hash_of_the_app_takes_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns(most_waiting=0, patience=0)
    monkeypatch.setattr(hasher, "TURNS", turns)
    with turns.take():
        for refused in (lambda: make_password("x"), lambda: check_password("x", "pbkdf2_sha256$1$salt$x")):
            with pytest.raises(TooManyAtOnce):
                refused()
