"""`counterfoil policy`: rules for fields that were changed on both sides."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.customer_text import label
from counterfoil.cli.output import err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.connections import wording
from counterfoil.errors import InvalidInput, NotPossibleNow

if TYPE_CHECKING:
    from counterfoil.mirror.enums import Rule
    from counterfoil.mirror.models import Connection as Row

app = typer.Typer(
    help="Set rules that decide conflicts.\n\nWithout a rule, a person decides.",
    no_args_is_help=True,
)
Connection = Annotated[str, typer.Argument(help="Name of the connection.")]
Field = Annotated[str, typer.Argument(help="Field, as in phone; '*' (in quotes) for all fields without a rule.")]


@app.command("show")
def show(
    connection: Connection,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show the rules of a connection."""
    ready()
    from counterfoil.ingest import conflicts
    from counterfoil.mirror.enums import Rule

    chosen = acting_user.connection(connection)
    rules = {conflicts.OTHERS: Rule.ASK} | conflicts.policies(chosen)
    if as_json:
        print_json(rules)
        return
    system = wording.system(chosen)
    rows = [
        (field, _label(field, system), rule.value, escape(wording.rule(rule, system)))
        for field, rule in sorted(rules.items())
    ]
    out.print(table(["field", "label", "rule", "meaning"], rows))


@app.command("set")
def set_(
    connection: Connection,
    field: Field,
    rule: Annotated[
        str,
        typer.Argument(
            help="ask: a person decides. upstream: the connected system wins. ours: our value wins. "
            "fill: our value wins only where the connected system has none."
        ),
    ],
) -> None:
    """Set a rule for new conflicts. Conflicts that are open stay open."""
    ready()
    from counterfoil.ingest import conflicts

    chosen, parsed = acting_user.connection(connection), _rule(rule)
    conflicts.set_policy(chosen, field, parsed)
    system = wording.system(chosen)
    out.print(f"{_label(field, system)}: {escape(wording.rule(parsed, system))}.")
    _print_open(chosen, field)


@app.command("remove")
def remove(connection: Connection, field: Field) -> None:
    """Remove a rule. The field follows the rule for all other fields again."""
    ready()
    from counterfoil.ingest import conflicts

    chosen = acting_user.connection(connection)
    name = _label(field, wording.system(chosen))
    if not conflicts.remove_policy(chosen, field):
        raise NotPossibleNow(f"{name} has no rule of its own.", "See `counterfoil policy show`.")
    out.print(f"Removed the rule for {name}.")


def _label(field: str, system: str) -> str:
    from counterfoil.ingest import conflicts

    return "All other fields" if field == conflicts.OTHERS else label(field, system)


def _rule(typed: str) -> "Rule":
    from counterfoil.mirror.enums import Rule

    if typed.strip().lower() not in list(Rule):
        raise InvalidInput(f"“{typed[:20]}” is not a rule.", f"Choose one of {', '.join(Rule)}.")
    return Rule(typed.strip().lower())


def _print_open(connection: "Row", field: str) -> None:
    """Print how many conflicts the new rule leaves open."""
    from counterfoil.ingest import conflicts
    from counterfoil.mirror.models import Conflict, ConflictKind

    rows = Conflict.objects.filter(connection=connection, settled_at=None, kind=ConflictKind.BOTH)
    if field != conflicts.OTHERS:
        rows = rows.filter(field=field)
    if count := rows.count():
        err.print(f"[dim]Still open: {count:,}. See `counterfoil conflicts list`.[/]")
