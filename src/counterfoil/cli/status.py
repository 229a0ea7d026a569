"""`counterfoil status`: whether the copy is complete and fresh."""

import shlex
from typing import Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import Column, err, local_time, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.connections import wording

LAST_RUNS = 5


def status(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Show connections, how fresh they are, API calls left and the last runs."""
    ready()
    from counterfoil.mirror.models import Connection
    from counterfoil.sync import status as sync_status

    overview = sync_status.overview(LAST_RUNS, acting_user.visible_connections())
    for connection in overview["connections"]:
        connection["webhooks"] = _webhook_health(connection["id"])
        connection.update(_edit_counts(connection["id"]))
    if as_json:
        print_json(overview)
        return
    _print_install(overview)
    if not overview["connections"]:
        err.print("Nothing is connected yet. Start with [bold]counterfoil connect robaws --help[/]")
        return
    rows = Connection.objects.in_bulk([connection["id"] for connection in overview["connections"]])
    for connection in overview["connections"]:
        _print_connection(connection, wording.system(rows[connection["id"]]))
        out.print()
    _print_runs(overview["runs"], several=len(overview["connections"]) > 1)
    _print_worker()


def _print_worker() -> None:
    """Print where no worker is running, and how to start one."""
    from counterfoil.mirror import workers

    if notice := workers.notice():
        err.print(f"[yellow]{escape(notice)}[/]", soft_wrap=True)


def _print_install(overview: dict[str, Any]) -> None:
    """Print what concerns all connections: a hold after a restore."""
    if overview["held_since"]:
        since = local_time(overview["held_since"])
        out.print(
            f"[yellow]On hold[/] since a backup was restored on {since}: nothing is synced or sent. "
            "If this install is the one in use now: [bold]counterfoil go-live[/]\n",
            soft_wrap=True,
        )


def _print_connection(connection: dict[str, Any], system: str) -> None:
    whose = f"  [dim]{escape(connection['owner'])}'s[/]" if connection["owner"] else ""
    health = _health(connection, system)
    out.print(f"[bold]{escape(connection['name'])}[/]{whose}  [dim]{connection['connector']}[/]  {health}")
    out.print(f"  customers   {_counts(connection['customers'], system)}")
    for noun, states in connection["others"].items():
        out.print(f"  {noun.split()[-1]:<11} {_counts(states, system)}")
    out.print(f"  full sync   {connection['last_full_pass_ago'] or 'never'}")
    out.print(f"  calls       {_calls(connection)}")
    if connection["calls_today"]["used"]:
        out.print(f"  today       {_today(connection)}")
    if connection["webhooks"]:
        out.print(f"  webhooks    {_webhooks(connection['webhooks'])}")
    _print_to_do(connection, system)


def _counts(states: dict[str, int], system: str) -> str:
    """Write out counts by state, as in "250 in Robaws, 3 deleted"; safe to print."""
    counts = [f"{count:,} {wording.record_state(state, system)}" for state, count in states.items() if count]
    return escape(", ".join(counts)) or "none yet"


def _edit_counts(connection_id: int) -> dict[str, Any]:
    """Count edits and deletions by their state, and open conflicts."""
    from counterfoil.mirror import edit_status
    from counterfoil.mirror.edit_status import EditState

    counts = edit_status.count_by_connection([connection_id])[connection_id]
    edits = {
        EditState.WAITS: counts.waiting,
        EditState.REFUSED: counts.refused,
        EditState.CONFLICT: counts.held_back,
        EditState.HERE_ONLY: counts.kept,
    }
    deletions = {EditState.WAITS: counts.deletions, EditState.DELETION: counts.doubted}
    return {
        "edits": edits,
        "person_edits": counts.person_edits,
        "deletions": deletions,
        "conflicts": counts.conflicts,
    }


def _print_to_do(connection: dict[str, Any], system: str) -> None:
    """Print what waits for a user or for the next push."""
    if connection["paused_until"]:
        out.print(f"  no calls    {_pause(connection)}")
    for warning in connection["warnings"]:
        out.print(f"  [yellow]warning[/]     {escape(str(warning))}", soft_wrap=True)
    if any(connection["edits"].values()):
        name = escape(shlex.quote(connection["name"]))
        out.print(f"  edits       {_edits(connection['edits'], system)} (counterfoil customers edits {name})")
    if connection["person_edits"]:
        out.print(f"  persons     {connection['person_edits']:,} edits waiting (counterfoil push)")
    if any(connection["deletions"].values()):
        out.print(f"  deletions   {_edits(connection['deletions'], system)} (counterfoil push)")
    if connection["conflicts"]:
        out.print(f"  conflicts   {connection['conflicts']:,} to settle (counterfoil conflicts list)")
    if connection["missing_for_long"]:
        count = connection["missing_for_long"]
        out.print(f"  not found   {count:,} customers for over 30 days: inactive here, look at each")
    if connection["set_aside"]:
        out.print(f"  problems    {connection['set_aside']:,} not imported (counterfoil import-problems list)")


def _webhook_health(connection_id: int) -> dict[str, Any] | None:
    """Return how webhooks arrive and are processed; None where no endpoint is registered."""
    from django.utils import timezone

    from counterfoil.mirror.models import Connection
    from counterfoil.sync.status import ago_text
    from counterfoil.webhooks import health

    now = timezone.now()
    found = health.webhook_health(Connection.objects.get(pk=connection_id), now)
    if found is None:
        return None
    names = ("endpoints", "last_at", "received", "waiting", "failed", "dead", "refused", "clock_is_off")
    values: dict[str, Any] = {name: getattr(found, name) for name in names}
    return values | {"last_ago": ago_text(found.last_at), "silent": found.silence.is_long(now)}


def _edits(counts: dict[str, int], system: str) -> str:
    """Return how many edits or deletions are in which state, worst last; safe to print."""
    from counterfoil.mirror.edit_status import EditState

    states = (
        EditState.WAITS, EditState.HERE_ONLY, EditState.REFUSED, EditState.CONFLICT, EditState.DELETION,
    )  # fmt: skip
    found = [f"{counts[state]:,} {wording.edit_state(state, system)}" for state in states if counts.get(state)]
    return escape(", ".join(found))


def _webhooks(health: dict[str, Any]) -> str:
    parts = [f"last {health['last_ago']}" if health["last_at"] else "none received yet"]
    if health["silent"]:
        parts.append("[yellow]none for longer than usual[/]")
    parts += [f"{health[name]:,} {name}" for name in ("waiting", "failed", "dead") if health[name]]
    if health["refused"]:
        parts.append(f"{health['refused']:,} rejected in 7 days")
    if health["clock_is_off"]:
        parts.append("[red]dated too far from now: check the clock (counterfoil doctor)[/]")
    return ", ".join(parts)


def _print_runs(runs: list[dict[str, Any]], *, several: bool) -> None:
    """Print the last runs, narrow enough for a terminal of 80 columns."""
    numbers: list[Column] = [(name, "right") for name in ("fetched", "new", "changed", "failed")]
    where = ["connection"] if several else []
    rows = [
        (
            run["run"],
            *([_connection_name(run)] if several else []),
            _kind(run),
            wording.run_state(run["state"]),
            *(run["fetched"], run["created"], run["updated"] + run["pushed"], run["failed"]),
            run["started_ago"],
        )
        for run in runs
    ]
    out.print(table([("run", "right"), *where, "kind", "state", *numbers, "started"], rows, title="Last runs"))


def _kind(run: dict[str, Any]) -> str:
    from counterfoil.mirror.models import RunKind

    what = {"contact_person": ", persons", "invoice": ", invoices"}.get(run["resource"], "")
    return wording.run_kind(run["kind"]) + ("" if run["kind"] == RunKind.UNPAID else what)


def _connection_name(run: dict[str, Any]) -> str:
    """Return the connection's name, with its owner's: two users may give the same name. Safe to print."""
    return escape(f"{run['connection']} ({run['owner']})" if run["owner"] else run["connection"])


def _pause(connection: dict[str, Any]) -> str:
    """Write out until when no calls are made, why, and how to end it; safe to print."""
    until = local_time(connection["paused_until"], seconds=True)
    name = shlex.quote(connection["name"])
    return escape(f"until {until}: {connection['pause_reason']} (counterfoil resume {name})")


def _health(connection: dict[str, Any], system: str) -> str:
    if connection["state"] != "active":
        return f"[yellow]{connection['state']}[/]"
    if connection["unreadable_secrets"]:
        return "[red]secrets cannot be opened (counterfoil doctor)[/]"
    if connection["blocked_until"]:
        return f"[red]blocked by {escape(system)} until {local_time(connection['blocked_until'])}[/]"
    if connection["waiting_for_approval"]:
        return f"[yellow]run {connection['waiting_for_approval']} needs approval[/]"
    state = connection["last_run_state"]
    if state is None:
        return "[dim]not synced yet[/]"
    special = {"completed": "[green]healthy[/]", "failed": "[red]last run failed[/]"}
    return special.get(str(state), f"[yellow]last run {wording.run_state(state)}[/]")


def _calls(connection: dict[str, Any]) -> str:
    left, limit = connection["calls_left_today"], connection["calls_a_day"]
    if left is None:
        return "daily limit unknown"
    return f"{left:,} of {limit:,} left today, {connection['daily_reserve']:,} reserved for users"


def _today(connection: dict[str, Any]) -> str:
    """Write out the calls of today, as in "123 of 10,000 calls: 20 for users, 3 for edits, 12 others"."""
    from counterfoil.connectors.priority import Priority

    usage, limit = connection["calls_today"], connection["calls_a_day"]
    parts = [f"{count:,} for {wording.calls(Priority(kind))}" for kind, count in usage["by_kind"].items()]
    if usage["others"]:
        parts.append(f"{usage['others']:,} others")
    used = f"{usage['used']:,}" if limit is None else f"{usage['used']:,} of {limit:,}"
    return f"{used} calls: {', '.join(parts)}"
