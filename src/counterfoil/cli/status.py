"""`counterfoil status`: is my copy true and fresh?"""

import shlex
from typing import Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import Column, err, out, print_json, table
from counterfoil.cli.ready import ready

LAST_RUNS = 5


def status(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Connections, last runs, freshness, quota left."""
    ready()
    from counterfoil.sync import status as sync_status

    found = sync_status.overview(LAST_RUNS, acting_user.visible_connections())
    for connection in found["connections"]:
        connection["webhooks"] = _delivered(connection["id"])
        connection.update(_standing(connection["id"]))
    if as_json:
        print_json(found)
        return
    if not found["connections"]:
        err.print("Nothing is connected yet. Start with [bold]counterfoil connect robaws --help[/]")
        return
    for connection in found["connections"]:
        whose = f"  [dim]{escape(connection['owner'])}'s[/]" if connection["owner"] else ""
        out.print(
            f"[bold]{connection['name']}[/]{whose}  [dim]{connection['connector']}[/]  {_health(connection)}"
        )
        counts = [f"{count:,} {state}" for state, count in connection["customers"].items() if count]
        out.print("  customers   " + (", ".join(counts) or "none yet"))
        for noun, states in connection["others"].items():
            counts = [f"{count:,} {state}" for state, count in states.items() if count]
            out.print(f"  {noun.split()[-1]:<11} " + (", ".join(counts) or "none yet"))
        out.print(f"  full pass   {connection['last_full_pass_ago'] or 'never'}")
        out.print(f"  calls       {_calls(connection)}")
        if connection["calls_today"]["used"]:
            out.print(f"  today       {_today(connection)}")
        if connection["webhooks"]:
            out.print(f"  webhooks    {_webhooks(connection['webhooks'])}")
        _print_for_people(connection)
        out.print()
    _print_runs(found["runs"], several=len(found["connections"]) > 1)


def _standing(connection_id: int) -> dict[str, Any]:
    """How many edits stand how, and how many conflicts are open."""
    from counterfoil.mirror import edit_status
    from counterfoil.mirror.edit_status import EditState

    known = edit_status.count_by_connection([connection_id])[connection_id]
    edits = {
        EditState.WAITS: known.waiting,
        EditState.REFUSED: known.refused,
        EditState.CONFLICT: known.held_back,
        EditState.HERE_ONLY: known.kept,
    }
    return {"edits": edits, "conflicts": known.conflicts}


def _print_for_people(connection: dict[str, Any]) -> None:
    """What waits for somebody."""
    if any(connection["edits"].values()):
        name = escape(shlex.quote(connection["name"]))
        out.print(f"  edits       {_edits(connection['edits'])} (counterfoil customers edits {name})")
    if connection["conflicts"]:
        out.print(f"  conflicts   {connection['conflicts']:,} to be decided (counterfoil conflicts list)")
    if connection["set_aside"]:
        out.print(f"  set aside   {connection['set_aside']:,} records (counterfoil set-aside list)")


def _delivered(connection_id: int) -> dict[str, Any] | None:
    """How the webhooks do; None where none are listened for."""
    from django.utils import timezone

    from counterfoil.mirror.models import Connection
    from counterfoil.sync.status import ago_text
    from counterfoil.webhooks import health

    now = timezone.now()
    found = health.webhook_health(Connection.objects.get(pk=connection_id), now)
    if found is None:
        return None
    names = ("endpoints", "last_at", "received", "waiting", "failed", "dead", "refused", "clock_is_off")
    known: dict[str, Any] = {name: getattr(found, name) for name in names}
    return known | {"last_ago": ago_text(found.last_at), "silent": found.silence.is_long(now)}


def _edits(known: dict[str, int]) -> str:
    """How many stand how, worst last."""
    from counterfoil.mirror.edit_status import EditState

    words = {EditState.WAITS: "to be pushed"}
    return ", ".join(
        f"{known[how]:,} {words.get(how, how.label)}"
        for how in (EditState.WAITS, EditState.HERE_ONLY, EditState.REFUSED, EditState.CONFLICT)
        if known[how]
    )


def _webhooks(known: dict[str, Any]) -> str:
    said = [f"last {known['last_ago']}" if known["last_at"] else "nothing came yet"]
    if known["silent"]:
        said.append("[yellow]silent for longer than usual[/]")
    said += [f"{known[name]:,} {name}" for name in ("waiting", "failed", "dead") if known[name]]
    if known["refused"]:
        said.append(f"{known['refused']:,} turned away in 7 days")
    if known["clock_is_off"]:
        said.append("[red]dated too far off: check the clock (counterfoil doctor)[/]")
    return ", ".join(said)


def _print_runs(runs: list[dict[str, Any]], *, several: bool) -> None:
    """The last runs; narrow enough for a terminal of 80 columns."""
    numbers: list[Column] = [(name, "right") for name in ("fetched", "new", "changed", "failed")]
    where = ["connection"] if several else []
    rows = [
        (
            run["run"],
            *([_called(run)] if several else []),
            _kind(run),
            str(run["state"]).replace("_", " "),
            *(run["fetched"], run["created"], run["updated"] + run["pushed"], run["failed"]),
            run["started_ago"],
        )
        for run in runs
    ]
    out.print(table([("run", "right"), *where, "kind", "state", *numbers, "started"], rows, title="Last runs"))


def _kind(run: dict[str, Any]) -> str:
    what = {"customer": "", "contact_person": ", persons", "invoice": ", invoices"}
    return f"{run['kind']}{what.get(run['resource'], '')}"


def _called(run: dict[str, Any]) -> str:
    """Two people may have a connection of the same name."""
    return escape(f"{run['connection']} ({run['owner']})" if run["owner"] else run["connection"])


def _health(connection: dict[str, object]) -> str:
    if connection["blocked_until"]:
        return f"[red]blocked by the upstream until {connection['blocked_until']}[/]"
    if connection["waiting_for_approval"]:
        return f"[yellow]run {connection['waiting_for_approval']} needs approval[/]"
    last = connection["last_run_state"]
    return {
        "completed": "[green]healthy[/]",
        "failed": "[red]last run failed[/]",
        None: "[dim]not synced yet[/]",
    }.get(str(last) if last else None, f"[yellow]{last}[/]")


def _calls(connection: dict[str, object]) -> str:
    left, limit = connection["calls_left_today"], connection["calls_a_day"]
    if left is None:
        return "no daily limit known"
    return f"{left:,} of {limit:,} left today, {connection['daily_reserve']:,} kept for people"


def _today(connection: dict[str, Any]) -> str:
    """As in "123 of 10,000 calls: 20 for people, 3 for pushes, 12 others"."""
    from counterfoil.connections.budget import WORDS
    from counterfoil.connectors.priority import Priority

    known, limit = connection["calls_today"], connection["calls_a_day"]
    said = [f"{count:,} for {WORDS[Priority(kind)]}" for kind, count in known["by_kind"].items()]
    if known["others"]:
        said.append(f"{known['others']:,} others")
    used = f"{known['used']:,}" if limit is None else f"{known['used']:,} of {limit:,}"
    return f"{used} calls: {', '.join(said)}"
