"""`counterfoil user list` and `remove`: who may log in, and who no longer may."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli.output import Column, confirm, err, local_time, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.errors import InvalidInput, NotPossibleNow

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def list_(as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False) -> None:
    """List users: their roles, and when they last logged in."""
    ready()
    from django.contrib.auth.models import User

    users = list(User.objects.prefetch_related("groups").order_by("username"))
    if as_json:
        print_json([record(user) for user in users])
        return
    if not users:
        err.print("There are no users yet. Add one with [bold]counterfoil user add NAME[/].")
        return
    columns: list[Column] = ["name", "role", "state", ("last login", "keep")]
    cells = [
        (
            escape(user.get_username()),
            escape(", ".join(_roles(user))),
            "active" if user.is_active else "deactivated",
            local_time(user.last_login) if user.last_login else "never",
        )
        for user in users
    ]
    out.print(table(columns, cells))


def remove(
    name: Annotated[str, typer.Argument(help="Username.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; then give --yes.")] = False,
) -> None:
    """Remove a user. What they did stays in the history, without their name.

    To keep the name there, deactivate the user in the console instead.
    """
    ready()
    from counterfoil.cli.user import find
    from counterfoil.mirror.models import Connection

    if as_json and not yes:
        raise InvalidInput("With --json nothing is asked.", "Give --yes.")
    user = find(name)
    owned = sorted(Connection.objects.filter(owner=user).values_list("name", flat=True))
    if owned:
        raise NotPossibleNow(
            f"“{name}” owns {', '.join(owned)}.", "First give what they own to others, on each connection's page."
        )
    if _is_last_superuser(user):
        raise NotPossibleNow(f"“{name}” is the only user who may do everything.", "First add another one.")
    if not yes and not confirm(f"Remove {name}?"):
        raise typer.Exit(1)
    removed = record(user)
    user.delete()
    if as_json:
        print_json(removed)
        return
    out.print(f"Removed [bold]{escape(name)}[/].")


def record(user: "User") -> dict[str, Any]:
    """Return a user as JSON."""
    return {
        "name": user.get_username(),
        "roles": _roles(user),
        "is_active": user.is_active,
        "last_login_at": user.last_login,
        "created_at": user.date_joined,
    }


def _roles(user: "User") -> list[str]:
    if user.is_superuser:
        return ["superuser"]
    return sorted(group.name for group in user.groups.all())


def _is_last_superuser(user: "User") -> bool:
    from django.contrib.auth.models import User

    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    return user.is_superuser and not others.exists()
