"""`counterfoil user`: the users of the console."""

import secrets
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import user_list
from counterfoil.cli.output import out
from counterfoil.cli.ready import ready
from counterfoil.cli.secret_input import typed_line
from counterfoil.console.site.permissions import Role
from counterfoil.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from django.contrib.auth.models import User

app = typer.Typer(
    help="Add, list and remove users of the console, change their roles, let them try to log in again.",
    no_args_is_help=True,
)
app.command("list")(user_list.list_)
app.command("remove")(user_list.remove)


Password = Annotated[
    str | None,
    typer.Option(
        help="A dash asks for it, or reads it from standard input. Default: a random one, shown once.",
        show_default=False,
    ),
]


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Username.")],
    password: Password = None,
    role: Annotated[
        Role | None,
        typer.Option(help="Default: viewer; the very first user may do everything.", show_default=False),
    ] = None,
) -> None:
    """Add a user. With --password, an existing user gets a new one; their role stays unless you give --role."""
    ready()
    if password is None and _exists(name):
        raise InvalidInput(
            f"There is a user “{name}” already.",
            f"Set a new password with `counterfoil user password {name}`, or another role with `user role`.",
        )
    chosen = _chosen(password)
    new = save(name, chosen, role=role)
    user = find(name)
    out.print(
        f"{'Added' if new else 'New password for'} [bold]{escape(name)}[/]  {_roles(user)}"
        + ("" if password else f"  password {chosen}")
    )


@app.command("password")
def set_password(name: Annotated[str, typer.Argument(help="Username.")], password: Password = None) -> None:
    """Give a user a new password. Their role stays."""
    ready()
    find(name)
    chosen = _chosen(password)
    save(name, chosen)
    out.print(f"New password for [bold]{escape(name)}[/]" + ("" if password else f"  password {chosen}"))


@app.command("role")
def role(
    name: Annotated[str, typer.Argument(help="Username.")],
    role: Annotated[Role, typer.Argument(case_sensitive=False, help="New role.")],
) -> None:
    """Change the role of a user. Their password and other groups stay."""
    ready()
    user = find(name)
    _assign(user, role)
    out.print(f"Changed [bold]{escape(name)}[/]  {_roles(user)}")


@app.command("unlock")
def unlock(
    name: Annotated[str | None, typer.Argument(help="Username. Default: everybody.", show_default=False)] = None,
) -> None:
    """Let a user try to log in again at once, after too many wrong passwords."""
    ready()
    from counterfoil.login import tries

    tries.lift(None if name is None else find(name))
    out.print(f"{'Everybody' if name is None else escape(name)} can try to log in again now.")


def save(name: str, password: str, *, role: Role | None = None, superuser: bool = False) -> bool:
    """Add a user or renew their password. Returns whether they are new.

    Raises InvalidInput for an unusable name, or for a password that is easy to guess. Without a role, the first
    user of an install is a superuser and later ones are viewers.
    """
    from django.contrib.auth.models import User
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from counterfoil.login import tries

    with transaction.atomic():
        superuser = superuser or (role is None and not User.objects.exists())
        user, new = User.objects.get_or_create(username=name, defaults={"is_staff": True})
        user.set_password(password)
        try:
            user.clean_fields()
        except ValidationError as error:
            raise InvalidInput("This cannot be a username.", " ".join(error.messages)) from error
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise InvalidInput("This password is easy to guess.", " ".join(error.messages)) from error
        user.is_superuser = user.is_superuser or superuser
        user.save()
        tries.lift(user)  # whoever forgot the old one need not wait with the new
        if role is not None or (new and not superuser):
            _assign(user, role or Role.VIEWER)
    return new


def _chosen(password: str | None) -> str:
    """Return the password to set: the one given, typed, read from standard input, or a random one."""
    if password is None:
        return secrets.token_urlsafe(12)
    if password != "-":  # noqa: S105  a dash is no password
        return password
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    line = typed_line()
    if not line:
        raise InvalidInput("There is no password on standard input.", "Write it there, on one line.")
    return line


def _exists(name: str) -> bool:
    from django.contrib.auth.models import User

    return User.objects.filter(username=name).exists()


def _assign(user: "User", role: Role) -> None:
    """Give a role, and take superuser rights away: a role limits nobody who has them."""
    from counterfoil.console.site import role_groups

    user.is_superuser = False
    user.is_staff = True
    user.save(update_fields=["is_superuser", "is_staff"])
    role_groups.assign(user, role)


def find(name: str) -> "User":
    """Find a user by name. Raises NotFound."""
    from django.contrib.auth.models import User

    user = User.objects.filter(username=name).first()
    if user is None:
        raise NotFound(f"There is no user “{name}”.", "Add one with `counterfoil user add NAME`.")
    return user


def _roles(user: "User") -> str:
    if user.is_superuser:
        return "superuser"
    names = user.groups.order_by("name").values_list("name", flat=True)
    return escape(", ".join(names)) or "no group"
