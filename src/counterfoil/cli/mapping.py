"""`counterfoil mapping`: how a connection's payloads become fields. A change maps all records again."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.customer_text import label
from counterfoil.cli.form_choice import Dates, Decimals
from counterfoil.cli.output import out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.cli.run_now import run_here
from counterfoil.cli.sync import show as show_run
from counterfoil.connections import wording
from counterfoil.connectors.page import Resource
from counterfoil.errors import InvalidInput

if TYPE_CHECKING:
    from counterfoil.mirror.models import Run
    from counterfoil.normalize.column_form import Matter

app = typer.Typer(
    help="Show and change how payloads become fields: field map, role overrides, default country.\n\n"
    "A change maps all records of the connection again from their stored payloads, without API calls.",
    no_args_is_help=True,
)
Connection = Annotated[str, typer.Argument(help="Name of the connection.")]


@app.command("show")
def show(
    connection: Connection, as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False
) -> None:
    """Show where each field comes from, and which roles are overridden."""
    ready()
    from counterfoil.connections import factory
    from counterfoil.mapping.fields import CUSTOMER_FIELDS, LABELS_OF
    from counterfoil.mirror.resources import table as table_of

    found = acting_user.connection(connection)
    config = factory.mapping_config(found)
    usual, system = factory.usual_sources(found), wording.system(found)
    others = {
        resource: factory.mapping_config(found, resource).sources
        for resource in factory.mapped_resources(found)
        if resource != Resource.CUSTOMER
    }
    if as_json:
        places = {each.name: config.sources.get(each.name, usual.get(each.name, ())) for each in CUSTOMER_FIELDS}
        roles = [{"by": each.by, "pattern": each.pattern, "role": each.role} for each in config.role_overrides]
        fields_of = {resource.value: dict(sources) for resource, sources in others.items()}
        print_json(
            {"country": found.country, "fields": places, "role_overrides": roles, "fields_of_others": fields_of}
        )
        return
    out.print(f"Default country: {found.country}")
    rows = []
    for field in CUSTOMER_FIELDS:
        sources = config.sources.get(field.name, usual.get(field.name, ()))
        note = "changed" if field.name in config.sources else ""
        rows.append((field.name, label(field.name, system), escape(" | ".join(sources)), note))
    out.print(table(["field", "label", "comes from", ""], rows))
    for resource, field_map in others.items():
        columns = [
            (name, LABELS_OF[resource][name], escape(" | ".join(paths))) for name, paths in field_map.items()
        ]
        out.print(table([f"field of {table_of(resource).nouns}", "label", "comes from"], columns))
    overrides = [(o.by, escape(o.pattern), escape(o.role)) for o in config.role_overrides]
    out.print(table(["role override by", "matches", "role"], overrides))


@app.command("role")
def role(
    connection: Connection,
    role: Annotated[str | None, typer.Argument(help="Role to use here, as in FORWARDER.")] = None,
    name_contains: Annotated[str | None, typer.Option(help="Customers whose name contains this.")] = None,
    client_id: Annotated[
        str | None, typer.Option(help="The customer with this id in the connected system.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the override.")] = False,
) -> None:
    """Override the role that customers have in the connected system."""
    ready()
    from counterfoil.runs import mapping_changes

    found = acting_user.connection(connection)
    if (name_contains is None) == (client_id is None):
        raise InvalidInput("Which customers?", "Give either --name-contains or --client-id.")
    by, pattern = ("name", name_contains or "") if name_contains is not None else ("id", client_id or "")
    if remove:
        map_again(mapping_changes.remove_role(found, by, pattern, acting_user.person()))
    else:
        map_again(mapping_changes.set_role(found, by, pattern, role or "", acting_user.person()))


@app.command("field")
def field(
    connection: Connection,
    field: Annotated[str, typer.Argument(help="Field, as in legal_form.")],
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            help="Paths in the payload, best first, as in 'extraFields.Legal form'; none for the default. "
            "'First name + Last name' joins two, 'not Blocked' means the opposite."
        ),
    ] = None,
    resource: Annotated[
        Resource, typer.Option("--of", help="Whose field it is; others than customers only of files.")
    ] = Resource.CUSTOMER,
) -> None:
    """Choose where in the payloads of a connection a field is found."""
    ready()
    from counterfoil.runs import mapping_changes

    found = acting_user.connection(connection)
    map_again(mapping_changes.set_field(found, field, sources or [], acting_user.person(), resource=resource))


@app.command("country")
def country(
    connection: Connection, country: Annotated[str, typer.Argument(help="Two-letter code, as in BE.")]
) -> None:
    """Change the default country, for phone and VAT numbers without one."""
    ready()
    from counterfoil.runs import mapping_changes

    map_again(mapping_changes.set_country(acting_user.connection(connection), country, acting_user.person()))


@app.command("forms")
def forms(
    connection: Connection,
    dates: Annotated[
        Dates | None, typer.Option(help="What comes first in dates like 03/04/2026.", show_default=False)
    ] = None,
    decimals: Annotated[
        Decimals | None, typer.Option(help="What stands before the decimals of amounts.", show_default=False)
    ] = None,
) -> None:
    """Choose how a file's dates and amounts are written, for columns whose values do not tell."""
    ready()
    from counterfoil.runs import mapping_changes

    if not (dates or decimals):
        raise InvalidInput("What is to be chosen?", "Give --dates or --decimals.")
    chosen: dict[Matter, str] = {}
    if dates:
        chosen["dates"] = str(dates)
    if decimals:
        chosen["decimals"] = str(decimals)
    run = mapping_changes.set_forms(acting_user.connection(connection), chosen, acting_user.person())
    if run is None:
        out.print("Saved. The next sync reads by it what is in doubt.")
    else:
        map_again(run)


def map_again(run: "Run") -> None:
    """Carry out all runs that the change queued, that of the customers first."""
    from counterfoil.mirror.models import Run, RunKind, RunState

    others = Run.objects.filter(connection=run.connection, kind=RunKind.REMAP, state=RunState.QUEUED)
    for each in [run, *others.exclude(pk=run.pk)]:
        execution = run_here(each, person=True)
        succeeded = show_run(each)
        if execution.error is not None:
            raise execution.error
        if not succeeded:
            raise typer.Exit(1)
