"""With whose eyes the command line looks: those of the user of `--as`, else the machine's, which see everything.

It is a way of looking, no login: what somebody may do is a matter of roles, and those are for the console.
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
WITHOUT = frozenset({"serve", "worker", "simulate", "demo", "migrate", "user"})
"""Commands that look at no rows for anybody: it would promise something to name a user there."""

_chosen: ContextVar[str | None] = ContextVar("chosen", default=None)


def choose(name: str | None, command: str | None) -> None:
    """Take note of `--as`. Raises NotPossibleNow for a command that has nothing to show to one user only."""
    if name is not None and command in WITHOUT:
        raise InvalidInput(f"`counterfoil {command}` is not done for one user only.", f"Leave {OPTION} out.")
    _chosen.set(os.environ.get(VARIABLE) or None if name is None else name)


def to_the_front(arguments: list[str]) -> list[str]:
    """The words of a command with `--as USER` before it, where it belongs; people also type it at the end."""
    before, dashes, after = _parted(arguments, "--")
    for at, word in enumerate(before):
        if word == OPTION:
            moved = before[at : at + 2]
            return [*moved, *before[:at], *before[at + 2 :], *dashes, *after] if len(moved) == 2 else moved
        if word.startswith(f"{OPTION}="):
            return [word, *before[:at], *before[at + 1 :], *dashes, *after]
    return arguments


def person() -> "User | None":
    """Who acts; None for the machine. Raises NotFound or NotPossibleNow where there is no such login in use."""
    name = _chosen.get()
    if name is None:
        return None
    from django.contrib.auth.models import User

    found = User.objects.filter(username=name).first()
    if found is None:
        raise NotFound(
            f"There is no login {name or repr(name)}.", f"Name another one after {OPTION} or in {VARIABLE}."
        )
    if not found.is_active:
        raise NotPossibleNow(f"The login {name} is not active.", "It is switched on in the console, under Users.")
    return found


def visible_connections() -> frozenset[int] | None:
    """The keys of the connections that whoever acts may see; None for all of them."""
    from counterfoil.connections import access

    who = person()
    return None if who is None else access.visible_connections(who)


def narrow[M: "Model"](rows: "QuerySet[M]") -> "QuerySet[M]":
    """The rows of the connections that whoever acts may see."""
    from counterfoil.connections import access

    return access.narrow(rows, visible_connections())


def connection(name: str) -> "Connection":
    """A connection by its name, as whoever acts knows it. Raises NotFound, NotPossibleNow."""
    from counterfoil.connections import connect

    return connect.find_connection(name, person())


def command(words: str) -> str:
    """What to type next, with the same eyes."""
    name = _chosen.get()
    return f"counterfoil {words}" if name is None else f"counterfoil {OPTION} {shlex.quote(name)} {words}"


def _parted(words: list[str], mark: str) -> tuple[list[str], list[str], list[str]]:
    at = words.index(mark) if mark in words else len(words)
    return words[:at], words[at : at + 1], words[at + 1 :]
