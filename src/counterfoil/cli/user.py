"""`counterfoil user`: logins for the console."""

import secrets
from typing import Annotated

import typer

from counterfoil.cli.output import out
from counterfoil.cli.ready import ready

app = typer.Typer(help="Logins for the console.", no_args_is_help=True)


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="The login's name.")],
    password: Annotated[
        str | None, typer.Option(help="Made up and shown once when not given.", show_default=False)
    ] = None,
) -> None:
    """Make a login, or give one a new password."""
    ready()
    made = password or secrets.token_urlsafe(12)
    new = save(name, made)
    out.print(
        f"{'Login' if new else 'New password for'} [bold]{name}[/]" + ("" if password else f"  password {made}")
    )


def save(name: str, password: str) -> bool:
    """Make or renew a login that may do everything. Returns whether it is new."""
    from django.contrib.auth import get_user_model

    users = get_user_model()
    user, new = users.objects.get_or_create(username=name, defaults={"is_staff": True, "is_superuser": True})
    user.set_password(password)
    user.save()
    return new
