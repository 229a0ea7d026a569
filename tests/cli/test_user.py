"""`counterfoil user`: users of the console with a role."""

from pathlib import Path

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from tests.support.install import Install

ROLES = """
    SELECT u.username, u.is_superuser, g.name FROM auth_user u
    LEFT JOIN auth_user_groups ug ON ug.user_id = u.id LEFT JOIN auth_group g ON g.id = ug.group_id
    ORDER BY u.id
"""


def _people(install: Install) -> list[tuple[str, bool, str | None]]:
    return [(name, bool(superuser), group) for name, superuser, group in install.sql(ROLES)]


def test_the_first_user_may_do_everything_and_others_only_look(install: Install) -> None:
    first, second = install.run("user", "add", "anna"), install.run("user", "add", "bert")
    assert "superuser" in first.stdout
    assert "Viewer" in second.stdout
    assert _people(install) == [("anna", True, None), ("bert", False, "Viewer")]


def test_a_role_is_given_and_changed(install: Install) -> None:
    assert install.run("user", "add", "anna", "--role", "owner").returncode == 0
    install.run("user", "add", "bert", "--role", "clerk", "--password", "a-long-word")
    install.run("user", "add", "bert", "--password", "another-long-word")
    assert _people(install) == [("anna", False, "Owner"), ("bert", False, "Clerk")]
    done = install.run("user", "role", "bert", "operator")
    assert "Operator" in done.stdout
    assert _people(install) == [("anna", False, "Owner"), ("bert", False, "Operator")]


@pytest.mark.once
def test_a_user_that_cannot_be_added_or_found_is_one_clear_line(install: Install, tmp_path: Path) -> None:
    for words, complaint in (
        (("add", "an na"), "This cannot be a username."),
        (("add", ""), "This cannot be a username."),
        (("role", "nobody", "clerk"), "There is no user “nobody”."),
        (("add", "anna", "--role", "king"), "'king' is not one of 'viewer', 'clerk', 'operator', 'owner'"),
    ):
        done = install.run("user", *words)
        assert done.returncode != 0
        assert complaint in done.stderr
        assert "Traceback" not in done.stderr
    assert _people(install) == []


def _hash(install: Install, name: str = "anna") -> str:
    return str(install.sql(f"SELECT password FROM auth_user WHERE username = '{name}'")[0][0])


@pytest.mark.once
def test_a_password_is_never_reset_unasked(install: Install) -> None:
    install.run("user", "add", "anna")
    before = _hash(install)
    done = install.run("user", "add", "anna")
    assert (done.returncode != 0, "There is a user “anna” already." in done.stderr) == (True, True)
    assert "counterfoil user password anna" in done.stderr
    assert _hash(install) == before
    done = install.run("user", "password", "anna")
    assert "New password for anna  password " in done.stdout
    assert _hash(install) != before
    assert _people(install) == [("anna", True, None)], "the role stays"


@pytest.mark.once
def test_a_dash_reads_the_password_from_standard_input(install: Install) -> None:
    done = install.run("user", "add", "anna", "--password", "-", stdin="three-quiet-rivers\n")
    assert (done.returncode, "three-quiet-rivers" in done.stdout + done.stderr) == (0, False)
    algorithm, rounds, salt, _ = _hash(install).split("$")
    found = PBKDF2PasswordHasher().encode("three-quiet-rivers", salt, int(rounds))
    assert (algorithm, found) == ("pbkdf2_sha256", _hash(install))
    done = install.run("user", "password", "anna", "--password", "-", stdin="")
    assert "There is no password on standard input." in done.stderr


@pytest.mark.once
@pytest.mark.parametrize("password", ["short", "password1", "12345678901", "annabella"])
def test_a_password_that_is_easy_to_guess_is_refused_and_nobody_is_added(install: Install, password: str) -> None:
    done = install.run("user", "add", "annabella", "--password", password)
    assert (done.returncode != 0, "This password is easy to guess." in done.stderr) == (True, True)
    assert _people(install) == []


def test_unlock_lets_a_user_or_everybody_try_again(install: Install) -> None:
    install.run("user", "add", "anna", "--password", "stub-and-counterfoil")
    row = "INSERT INTO counterfoil_password_tries (scope, digest, user_id, address, count, at) VALUES "
    anna = install.sql("SELECT id FROM auth_user")[0][0]
    for digest, user in (("a", str(anna)), ("b", "NULL")):
        install.sql(f"{row} ('pair', '{digest}', {user}, '203.0.113.{len(digest)}', 5, '2026-03-02 09:00:00')")
    done = install.run("user", "unlock", "anna")
    assert done.stdout == "anna can try to log in again now.\n"
    assert install.sql("SELECT digest FROM counterfoil_password_tries") == [("b",)]
    assert install.run("user", "unlock").stdout == "Everybody can try to log in again now.\n"
    assert install.sql("SELECT digest FROM counterfoil_password_tries") == []
    assert "There is no user “bram”" in install.run("user", "unlock", "bram").stderr
