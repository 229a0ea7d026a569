"""`counterfoil user`: logins for the console."""

import secrets
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli.output import out
from counterfoil.cli.ready import ready
from counterfoil.console.site.permissions import Role
from counterfoil.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from django.contrib.auth.models import User

app = typer.Typer(help="Logins for the console.", no_args_is_help=True)


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="The login's name.")],
    password: Annotated[
        str | None, typer.Option(help="Made up and shown once when not given.", show_default=False)
    ] = None,
    role: Annotated[
        Role | None,
        typer.Option(help="Usual: viewer; the very first login may do everything.", show_default=False),
    ] = None,
) -> None:
    """Make a login, or give one a new password. The role of one that is there changes only where one is named."""
    ready()
    made = password or secrets.token_urlsafe(12)
    new = save(name, made, role=role)
    user = _find(name)
    out.print(
        f"{'Login' if new else 'New password for'} [bold]{escape(name)}[/]  {_said(user)}"
        + ("" if password else f"  password {made}")
    )


@app.command("role")
def role(
    name: Annotated[str, typer.Argument(help="The login's name.")],
    role: Annotated[Role, typer.Argument(case_sensitive=False, help="What it may do from now on.")],
) -> None:
    """Give a login another role; its password and its other groups stay."""
    ready()
    user = _find(name)
    _assign(user, role)
    out.print(f"Login [bold]{escape(name)}[/]  {_said(user)}")


def save(name: str, password: str, *, role: Role | None = None, superuser: bool = False) -> bool:
    """Make or renew a login. Returns whether it is new. Raises InvalidInput for a name that cannot be one.

    The first one of an install is a superuser, others are viewers, unless told otherwise.
    """
    from django.contrib.auth.models import User
    from django.core.exceptions import ValidationError
    from django.db import transaction

    with transaction.atomic():
        superuser = superuser or (role is None and not User.objects.exists())
        user, new = User.objects.get_or_create(username=name, defaults={"is_staff": True})
        user.set_password(password)
        try:
            user.clean_fields()
        except ValidationError as error:
            raise InvalidInput("This cannot be a login's name.", " ".join(error.messages)) from error
        user.is_superuser = user.is_superuser or superuser
        user.save()
        if role is not None or (new and not superuser):
            _assign(user, role or Role.VIEWER)
    return new


def _assign(user: "User", role: Role) -> None:
    """A role holds for a superuser only once it is none any more."""
    from counterfoil.console.site import role_groups

    user.is_superuser = False
    user.is_staff = True
    user.save(update_fields=["is_superuser", "is_staff"])
    role_groups.assign(user, role)


def _find(name: str) -> "User":
    from django.contrib.auth.models import User

    found = User.objects.filter(username=name).first()
    if found is None:
        raise NotFound(f"There is no login {name}.", "Make one with `counterfoil user add NAME`.")
    return found


def _said(user: "User") -> str:
    """What it may do, in a word."""
    if user.is_superuser:
        return "superuser"
    names = user.groups.order_by("name").values_list("name", flat=True)
    return escape(", ".join(names)) or "no group"
