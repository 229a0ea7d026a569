"""`counterfoil mapping`: how a connection's payloads become our fields. A change maps everything again."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import out, table
from counterfoil.cli.ready import ready
from counterfoil.cli.run_now import run_here
from counterfoil.cli.sync import show as show_run
from counterfoil.errors import InvalidInput

if TYPE_CHECKING:
    from counterfoil.mirror.models import Run

app = typer.Typer(
    help="Role overrides, field map and default country of a connection. A change maps all rows again, "
    "from their stored payloads, without a call.",
    no_args_is_help=True,
)
Connection = Annotated[str, typer.Argument(help="The connection's name.")]


@app.command("show")
def show(connection: Connection) -> None:
    """Show where each field comes from, and which roles are overridden."""
    ready()
    from counterfoil.connections import factory
    from counterfoil.mapping.fields import CUSTOMER_FIELDS

    found = acting_user.connection(connection)
    config = factory.mapping_config(found)
    usual = factory.usual_sources(found)
    out.print(f"Default country: {found.country}")
    rows = [
        (field.name, field.label, escape(" | ".join(config.sources.get(field.name, usual.get(field.name, ())))),
         "changed" if field.name in config.sources else "")
        for field in CUSTOMER_FIELDS
    ]  # fmt: skip
    out.print(table(["field", "label", "comes from", ""], rows))
    overrides = [(o.by, escape(o.pattern), escape(o.role)) for o in config.role_overrides]
    out.print(table(["role override by", "matches", "role"], overrides))


@app.command("role")
def role(
    connection: Connection,
    role: Annotated[str | None, typer.Argument(help="The role, as in FORWARDER.")] = None,
    name_contains: Annotated[str | None, typer.Option(help="For customers whose name contains this.")] = None,
    client_id: Annotated[str | None, typer.Option(help="For the customer with this id.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the override away.")] = False,
) -> None:
    """Let a role of ours beat the upstream's."""
    ready()
    from counterfoil.runs import mapping_changes

    found = acting_user.connection(connection)
    if (name_contains is None) == (client_id is None):
        raise InvalidInput("It is not clear whom this is for.", "Give --name-contains or --client-id.")
    by, pattern = ("name", name_contains or "") if name_contains is not None else ("id", client_id or "")
    if remove:
        _map_again(mapping_changes.remove_role(found, by, pattern, acting_user.person()))
    else:
        _map_again(mapping_changes.set_role(found, by, pattern, role or "", acting_user.person()))


@app.command("field")
def field(
    connection: Connection,
    field: Annotated[str, typer.Argument(help="The field, as in legal_form.")],
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="Where it is found, best first, as in 'extraFields.Legal form'. None: the usual."),
    ] = None,
) -> None:
    """Say where a field is found in this connection's payloads."""
    ready()
    from counterfoil.runs import mapping_changes

    _map_again(
        mapping_changes.set_field(acting_user.connection(connection), field, sources or [], acting_user.person())
    )


@app.command("country")
def country(
    connection: Connection, country: Annotated[str, typer.Argument(help="Two letters, as in BE.")]
) -> None:
    """Change the country that phones and VAT numbers without one of their own are read as from."""
    ready()
    from counterfoil.runs import mapping_changes

    _map_again(mapping_changes.set_country(acting_user.connection(connection), country, acting_user.person()))


def _map_again(run: "Run") -> None:
    """All runs that the change asked for, that of the customers first."""
    from counterfoil.mirror.models import Run, RunKind, RunState

    others = Run.objects.filter(connection=run.connection, kind=RunKind.REMAP, state=RunState.QUEUED)
    for each in [run, *others.exclude(pk=run.pk)]:
        execution = run_here(each, person=True)
        good = show_run(each)
        if execution.error is not None:
            raise execution.error
        if not good:
            raise typer.Exit(1)
