"""`counterfoil policy`: who wins where a field was changed on both sides."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.customer_text import label
from counterfoil.cli.output import err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.errors import InvalidInput, NotPossibleNow

if TYPE_CHECKING:
    from counterfoil.mirror.enums import Rule
    from counterfoil.mirror.models import Connection as Row

app = typer.Typer(
    help="Who wins where a field was changed on both sides: a person is asked, unless a rule decides.",
    no_args_is_help=True,
)
Connection = Annotated[str, typer.Argument(help="The connection's name.")]
Field = Annotated[
    str, typer.Argument(help="The field, as in phone; '*', in quotes, for all without a rule of their own.")
]


@app.command("show")
def show(
    connection: Connection,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show the rules that were set."""
    ready()
    from counterfoil.ingest import conflicts
    from counterfoil.mirror.enums import Rule

    rules = {conflicts.OTHERS: Rule.ASK} | conflicts.policies(acting_user.connection(connection))
    if as_json:
        print_json(rules)
        return
    rows = [(field, _called(field), rule.value, rule.label) for field, rule in sorted(rules.items())]
    out.print(table(["field", "label", "rule", ""], rows))


@app.command("set")
def set_(
    connection: Connection,
    field: Field,
    rule: Annotated[
        str,
        typer.Argument(
            help="ask, upstream (theirs wins), ours, or fill (ours only where the upstream has nothing)."
        ),
    ],
) -> None:
    """Set a rule. It decides from now on; conflicts that are open stay so."""
    ready()
    from counterfoil.ingest import conflicts

    found, wanted = acting_user.connection(connection), _rule(rule)
    conflicts.set_policy(found, field, wanted)
    out.print(f"{escape(_called(field))}: {wanted.label.lower()}.")
    _say_open(found, field)


@app.command("remove")
def remove(connection: Connection, field: Field) -> None:
    """Take a rule away: the field follows the rule of all others again."""
    ready()
    from counterfoil.ingest import conflicts

    if not conflicts.remove_policy(acting_user.connection(connection), field):
        raise NotPossibleNow(f"{_called(field)} has no rule of its own.", "See `counterfoil policy show`.")
    out.print(f"{escape(_called(field))}: no rule of its own any more.")


def _called(field: str) -> str:
    from counterfoil.ingest import conflicts

    return "All other fields" if field == conflicts.OTHERS else label(field)


def _rule(typed: str) -> "Rule":
    from counterfoil.mirror.enums import Rule

    if typed.strip().lower() not in list(Rule):
        raise InvalidInput(f"“{typed[:20]}” is no rule.", f"One of {', '.join(Rule)}.")
    return Rule(typed.strip().lower())


def _say_open(connection: "Row", field: str) -> None:
    from counterfoil.ingest import conflicts
    from counterfoil.mirror.models import Conflict, ConflictKind

    rows = Conflict.objects.filter(connection=connection, settled_at=None, kind=ConflictKind.BOTH)
    if field != conflicts.OTHERS:
        rows = rows.filter(field=field)
    if count := rows.count():
        err.print(f"[dim]{count:,} open already: see `counterfoil conflicts list`.[/]")
