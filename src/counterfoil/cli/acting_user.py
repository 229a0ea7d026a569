"""The user as whom the command line acts: the one of `--as`, else the machine, which sees everything.

It narrows what is visible and is no login: what a user may do is a matter of roles, which are for the console.
"""

import os
import shlex
from contextvars import ContextVar
from typing import TYPE_CHECKING

from counterfoil.errors import InvalidInput, NotFound, NotPossibleNow

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import Model, QuerySet

    from counterfoil.mirror.models import Connection


OPTION = "--as"
VARIABLE = "COUNTERFOIL_AS"
WITHOUT = frozenset(
    {"serve", "worker", "simulate", "demo", "migrate", "user", "keys", "backup", "restore", "go-live"}
)
"""Commands that show no user's rows: naming a user there would promise something they do not do."""

_username: ContextVar[str | None] = ContextVar("username", default=None)


def choose(name: str | None, command: str | None) -> None:
    """Remember the user of `--as`, else of the environment.

    Raises InvalidInput where the option is given to a command that shows no user's rows.
    """
    if name is not None and command in WITHOUT:
        raise InvalidInput(f"`counterfoil {command}` cannot act as a user.", f"Remove {OPTION}.")
    _username.set(os.environ.get(VARIABLE) or None if name is None else name)


def move_option_first(arguments: list[str]) -> list[str]:
    """Return the arguments with `--as USER` moved before the command; users also type it at the end."""
    before, dashes, after = _split_at(arguments, "--")
    for at, word in enumerate(before):
        if word == OPTION:
            option = before[at : at + 2]
            return [*option, *before[:at], *before[at + 2 :], *dashes, *after] if len(option) == 2 else option
        if word.startswith(f"{OPTION}="):
            return [word, *before[:at], *before[at + 1 :], *dashes, *after]
    return arguments


def person() -> "User | None":
    """Return the user who acts; None for the machine. Raises NotFound, NotPossibleNow for a deactivated user."""
    name = _username.get()
    if name is None:
        return None
    from django.contrib.auth.models import User

    user = User.objects.filter(username=name).first()
    if user is None:
        raise NotFound(f"There is no user “{name}”.", f"Name another one after {OPTION} or in {VARIABLE}.")
    if not user.is_active:
        raise NotPossibleNow(f"The user “{name}” is deactivated.", "Activate it in the console, under Users.")
    return user


def visible_connections() -> frozenset[int] | None:
    """Return the keys of the connections that the acting user may see; None for all of them."""
    from counterfoil.connections import access

    user = person()
    return None if user is None else access.visible_connections(user)


def narrow[M: "Model"](rows: "QuerySet[M]") -> "QuerySet[M]":
    """Return only the rows of connections that the acting user may see."""
    from counterfoil.connections import access

    return access.narrow(rows, visible_connections())


def connection(name: str) -> "Connection":
    """Find a connection by its name among those the acting user may see. Raises NotFound, NotPossibleNow."""
    from counterfoil.connections import connect

    return connect.find_connection(name, person())


def command(words: str) -> str:
    """Return a command to suggest, with the same `--as` as this one."""
    name = _username.get()
    return f"counterfoil {words}" if name is None else f"counterfoil {OPTION} {shlex.quote(name)} {words}"


def _split_at(words: list[str], mark: str) -> tuple[list[str], list[str], list[str]]:
    at = words.index(mark) if mark in words else len(words)
    return words[:at], words[at : at + 1], words[at + 1 :]
