"""`counterfoil invoices unmatched`, `match` and `unmatch`: whose the invoices are that give only a name."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.mapping import map_again
from counterfoil.cli.output import Column, confirm, err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.errors import InvalidInput

if TYPE_CHECKING:
    from counterfoil.matching.invoice_names import UnmatchedName
    from counterfoil.mirror.models import Connection

Name = Annotated[str, typer.Argument(help="Name of the connection.")]


def unmatched(
    connection: Name, as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False
) -> None:
    """List the customers' names on invoices without a customer, and who each may be."""
    ready()
    from counterfoil.matching.invoice_names import unmatched_names

    found = list(unmatched_names(acting_user.connection(connection)))
    if as_json:
        print_json([_record(one) for one in found])
        return
    if not found:
        err.print("Every invoice that names a customer has one.")
        return
    _show(found)
    err.print("[dim]Confirm one with `counterfoil invoices match`, or all that are sure with `--sure`.[/]")


def match(
    connection: Name,
    name: Annotated[str | None, typer.Argument(help="The customer's name on the invoices.")] = None,
    client_id: Annotated[str | None, typer.Argument(help="Id of that customer.")] = None,
    sure: Annotated[bool, typer.Option("--sure", help="All names that only one customer here has.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
) -> None:
    """Say whose the invoices are that name their customer so; later ones are that customer's too."""
    ready()
    from counterfoil.runs import mapping_changes

    chosen = acting_user.connection(connection)
    if sure == (name is not None) or (name is None) != (client_id is None):
        raise InvalidInput("Which names?", "Give a name and the id of its customer, or --sure.")
    customers = _sure(chosen, yes=yes) if sure else {name or "": client_id or ""}
    if customers:
        map_again(mapping_changes.confirm_names(chosen, customers, acting_user.person()))


def unmatch(
    connection: Name, name: Annotated[str, typer.Argument(help="The customer's name on the invoices.")]
) -> None:
    """Take back whose the invoices are that name their customer so."""
    ready()
    from counterfoil.runs import mapping_changes

    chosen = acting_user.connection(connection)
    map_again(mapping_changes.forget_name(chosen, name, acting_user.person()))


def _sure(connection: "Connection", *, yes: bool) -> Mapping[str, str]:
    """Return the customers of the names that are sure, once a user has seen and confirmed them."""
    from counterfoil.matching.invoice_names import unmatched_names

    found = [one for one in unmatched_names(connection) if one.is_sure]
    if not found:
        err.print("There is no name that only one customer here has.")
        return {}
    _show(found)
    if not yes and not confirm(f"Give the invoices of these {len(found)} names to these customers?"):
        raise typer.Exit(1)
    return {one.name: one.candidate.external_id or "" for one in found if one.candidate is not None}


def _show(names: list["UnmatchedName"]) -> None:
    columns: list[Column] = ["name on invoices", ("invoices", "right"), "may be", ("id", "keep"), "because"]
    cells = [
        (
            escape(one.name),
            f"{one.invoices:,}",
            escape(one.candidate.name) if one.candidate else "",
            escape(str(one.candidate.external_id)) if one.candidate else "",
            escape(one.reason),
        )
        for one in names
    ]
    out.print(table(columns, cells))


def _record(one: "UnmatchedName") -> dict[str, Any]:
    """Return a name as JSON."""
    return {
        "name": one.name,
        "invoices": one.invoices,
        "candidate_id": one.candidate.external_id if one.candidate else None,
        "candidate_name": one.candidate.name if one.candidate else None,
        "reason": one.reason or None,
        "is_sure": one.is_sure,
    }
