"""Guessing passwords: slow, logged, and harmless to everybody else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from structlog.testing import capture_logs

from counterfoil.console.site import login
from counterfoil.console.site.permissions import Role
from counterfoil.login import hasher
from counterfoil.login.hasher import Turns
from counterfoil.login.tries import Tries
from tests.console.asking import notice, page
from tests.console.people import logged_in, person

PASSWORD = "open sesame, please"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash in a moment, and forget what was logged before."""
    monkeypatch.setattr(hasher.PasswordHasher, "iterations", 1)
    monkeypatch.setattr(login, "REFUSALS", login.RefusalLog())


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as moving:
        yield moving


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna", password=PASSWORD, is_staff=True)


def attempt(name: str, password: str, client: Client | None = None, address: str = "203.0.113.7") -> Any:
    return (client or Client()).post("/login/", {"username": name, "password": password}, REMOTE_ADDR=address)


def test_after_five_wrong_passwords_none_is_checked_for_a_while(anna: User, clock: Any) -> None:
    for _ in range(5):
        assert attempt("anna", "wrong").status_code == 200
    answer = attempt("anna", PASSWORD)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "180"
    assert "Too many wrong passwords. Try again in 3 minutes." in answer.content.decode()
    clock.shift(timedelta(minutes=3))
    assert attempt("anna", PASSWORD).status_code == 302


def test_a_braked_try_costs_no_hash(anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        attempt("anna", "wrong")
    monkeypatch.setattr(hasher, "TURNS", None)
    assert attempt("anna", "wrong").status_code == 429


def test_an_unknown_name_is_braked_and_hashed_alike(
    anna: User, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    encode = hasher.PasswordHasher.encode

    def counting(self: Any, password: str, salt: str, iterations: int | None = None) -> str:
        hashed.append(password)
        return encode(self, password, salt, iterations)

    monkeypatch.setattr(hasher.PasswordHasher, "encode", counting)
    seen = {}
    for name in ("anna", "nobody"):
        answers = [attempt(name, f"wrong {name}") for _ in range(7)]
        seen[name] = [(answer.status_code, answer.get("Retry-After")) for answer in answers]
    assert seen["anna"] == seen["nobody"]
    assert hashed == ["wrong anna"] * 5 + ["wrong nobody"] * 5


def test_a_known_browser_gets_in_while_others_guess(anna: User) -> None:
    hers = Client()
    assert attempt("anna", PASSWORD, hers).status_code == 302
    hers.cookies.pop("sessionid")
    for number in range(20):
        Tries("anna", f"198.51.100.{number}", anna).begin(timezone.now())
    assert attempt("anna", PASSWORD).status_code == 429
    assert attempt("anna", PASSWORD, hers).status_code == 302


def test_a_browser_of_somebody_else_helps_nobody(anna: User) -> None:
    User.objects.create_user("bram", password=PASSWORD, is_staff=True)
    his = Client()
    attempt("bram", PASSWORD, his)
    for number in range(20):
        Tries("anna", f"198.51.100.{number}", anna).begin(timezone.now())
    assert attempt("anna", PASSWORD, his).status_code == 429
    his.cookies["counterfoil_browser"] = "made:up"
    assert attempt("anna", PASSWORD, his).status_code == 429


def test_failures_are_logged_without_what_was_typed(anna: User) -> None:
    with capture_logs() as lines:
        attempt("anna", "wrong-one")
        attempt("hunter2-typed-as-name", "wrong-two")
        attempt("anna", PASSWORD)
    events = [(line["event"], line["user"], line["address"]) for line in lines]
    assert events == [
        ("login failed", "anna", "203.0.113.7"),
        ("login failed", None, "203.0.113.7"),
        ("login", "anna", "203.0.113.7"),
    ]
    assert not any(word in str(lines) for word in ("wrong-one", "wrong-two", "hunter2", PASSWORD))


def test_refused_tries_are_logged_once_a_minute(anna: User) -> None:
    for _ in range(5):
        attempt("anna", "wrong")
    with capture_logs() as lines:
        for _ in range(10):
            attempt("anna", "wrong")
    assert [line["event"] for line in lines] == ["login refused unchecked"]


def test_a_busy_machine_says_try_again_and_counts_nothing(anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns(most_waiting=0, patience=0)
    monkeypatch.setattr(hasher, "TURNS", turns)
    with turns.take():
        for _ in range(7):
            answer = attempt("anna", PASSWORD)
            assert (answer.status_code, answer["Retry-After"]) == (503, "5")
            assert "Try again in a few seconds" in answer.content.decode()
    assert attempt("anna", PASSWORD).status_code == 302


def test_a_new_password_on_a_busy_machine_is_a_page_not_an_error(
    boss: Client, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = Turns(most_waiting=0, patience=0)
    monkeypatch.setattr(hasher, "TURNS", turns)
    new = {"password1": "another long one", "password2": "another long one", "usable_password": "true"}
    with turns.take():
        answer = boss.post(f"/users/{anna.pk}/password/", new)
    assert answer.status_code == 503
    assert "Try again in a few seconds" in answer.content.decode()


def test_the_present_password_cannot_be_guessed_in_an_open_session(anna: User) -> None:
    session = logged_in(anna)
    new = {"new_password1": "another long one", "new_password2": "another long one"}
    for _ in range(5):
        session.post("/password_change/", {"old_password": "wrong", **new})
    answer = session.post("/password_change/", {"old_password": PASSWORD, **new})
    assert "Too many wrong passwords" in answer.content.decode()
    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)


def test_an_own_password_can_be_changed(anna: User) -> None:
    new = {"new_password1": "another long one", "new_password2": "another long one"}
    answer = logged_in(anna).post("/password_change/", {"old_password": PASSWORD, **new})
    assert answer["Location"] == "/password_change/done/"
    anna.refresh_from_db()
    assert anna.check_password("another long one")


def test_an_owner_sees_who_waits_and_lets_them_try(anna: User) -> None:
    owner = logged_in(person(Role.OWNER))
    assert "has to wait" not in page(owner, f"/users/{anna.pk}/")
    for _ in range(5):
        attempt("anna", "wrong")
    assert "from 203.0.113.7 until" in page(owner, f"/users/{anna.pk}/")
    after = notice(owner, f"/users/{anna.pk}/let-try/")
    assert "anna can try to log in again now." in after
    assert "has to wait" not in after
    assert attempt("anna", PASSWORD).status_code == 302


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_only_an_owner_lets_somebody_try_again(anna: User, role: Role) -> None:
    assert logged_in(person(role)).post(f"/users/{anna.pk}/let-try/").status_code in {403, 404}


def test_an_owner_may_not_help_with_guessing_a_superusers_password(anna: User) -> None:
    root = User.objects.create_superuser("root")
    assert logged_in(person(Role.OWNER)).post(f"/users/{root.pk}/let-try/").status_code in {403, 404}


def test_a_new_password_can_be_used_at_once(boss: Client, anna: User) -> None:
    for _ in range(5):
        attempt("anna", "wrong")
    new = {"password1": "another long one", "password2": "another long one", "usable_password": "true"}
    assert boss.post(f"/users/{anna.pk}/password/", new).status_code == 302
    assert attempt("anna", "another long one").status_code == 302


def test_the_page_before_a_user_is_deleted_lists_no_tries(boss: Client, anna: User) -> None:
    attempt("anna", "wrong")
    shown = page(boss, f"/users/{anna.pk}/delete/").lower()
    assert "tries" not in shown
    assert boss.post(f"/users/{anna.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not User.objects.filter(username="anna").exists()
