"""`counterfoil schedule`: when connections are synced and pushed by themselves."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import Column, err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.errors import InvalidInput
from counterfoil.mirror import app_settings

if TYPE_CHECKING:
    from counterfoil.mirror.models import Schedule

app = typer.Typer(
    help="When connections are synced and pushed by themselves, by any worker that runs.", no_args_is_help=True
)


@app.command("list")
def list_(
    connection: Annotated[str | None, typer.Option("--connection", help="Only of this connection.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List schedules: when each fires next, and when it last did."""
    ready()
    from counterfoil.mirror.models import Schedule

    rows = acting_user.narrow(Schedule.objects.select_related("connection__owner"))
    if connection is not None:
        rows = rows.filter(connection=acting_user.connection(connection))
    found = list(rows.order_by("connection__name", "connection", "id"))
    if as_json:
        print_json([record(schedule) for schedule in found])
        return
    if not found:
        err.print("There is no schedule.")
        return
    columns: list[Column] = [
        "connection",
        ("kind", "keep"),
        "when",
        "time zone",
        ("next", "keep"),
        ("last", "keep"),
        "if missed",
    ]
    out.print(table(columns, [_cells(schedule) for schedule in found]))
    _say_where_off()


@app.command("set")
def set_(
    connection: Annotated[str, typer.Argument(help="The connection's name.")],
    kind: Annotated[str, typer.Argument(help="incremental (what changed), full (everything) or push (edits).")],
    cron: Annotated[
        str | None, typer.Option("--cron", help='A cron expression of five fields, as in "0 3 * * *".')
    ] = None,
    at: Annotated[str | None, typer.Option("--at", help="Instead of it: a time of day, as in 03:00.")] = None,
    days: Annotated[
        str | None, typer.Option("--days", help="With --at: on these days only, as in mon,wed.")
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option("--zone", help="Time zone of the connection, for all its schedules; '' for the install's."),
    ] = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Whether it fires.")] = None,
    missed: Annotated[
        str | None,
        typer.Option("--missed", help="Where no worker ran at that moment: catch-up (once) or skip."),
    ] = None,
) -> None:
    """Change when a connection is synced or pushed by itself. What is not said stays as it is."""
    ready()
    from django.db import transaction

    from counterfoil.connections import schedules
    from counterfoil.connections.schedules import ScheduleChange
    from counterfoil.mirror.models import Missed, ScheduleKind

    chosen = acting_user.connection(connection)
    which: ScheduleKind = _one_of(ScheduleKind, kind, "kind of schedule")
    policy: Missed | None = None if missed is None else _one_of(Missed, missed, "way to go about a missed one")
    when = _when(cron, at, days)
    if when is None and zone is None and on is None and policy is None:
        raise InvalidInput("It is not said what to change.", "Give --at 03:00, for example, or --off.")
    with transaction.atomic():
        if zone is not None:
            schedules.change_time_zone(chosen, zone.strip() or None)
        changed = schedules.change_schedule(chosen, which, ScheduleChange(when, on, policy))
    changed.refresh_from_db()
    _say(changed)


def record(schedule: "Schedule") -> dict[str, Any]:
    """A schedule as JSON: keys as the columns, and the time zone that counts."""
    from counterfoil.connections.schedules import zone_of

    owner = schedule.connection.owner
    return {
        "connection": schedule.connection.name,
        "owner": owner.get_username() if owner else None,
        "kind": schedule.kind,
        "cron": schedule.cron,
        "time_zone": zone_of(schedule.connection).key,
        "is_on": schedule.is_on,
        "missed": schedule.missed,
        "next_at": schedule.next_at,
        "fired_at": schedule.fired_at,
        "run_id": schedule.run_id,
    }


def _cells(schedule: "Schedule") -> tuple[object, ...]:
    from django.utils import timezone

    from counterfoil.connections import cron_times
    from counterfoil.connections.schedules import zone_of

    last = f"{timezone.localtime(schedule.fired_at):%Y-%m-%d %H:%M}" if schedule.fired_at else "never"
    return (
        escape(schedule.connection.called),
        schedule.kind,
        escape(cron_times.describe(schedule.cron)),
        zone_of(schedule.connection).key,
        _next(schedule),
        f"{last}, run {schedule.run_id}" if schedule.run_id else last,
        schedule.missed,
    )


def _next(schedule: "Schedule") -> str:
    from django.utils import timezone

    from counterfoil.connections import cron_times
    from counterfoil.connections.schedules import zone_of

    if not schedule.is_on:
        return "off"
    if schedule.next_at is None:
        return "never"
    return cron_times.upcoming(schedule.next_at, zone_of(schedule.connection), timezone.now())


def _say(schedule: "Schedule") -> None:
    from counterfoil.connections import cron_times
    from counterfoil.connections.schedules import zone_of

    words = f"{cron_times.describe(schedule.cron)}, {zone_of(schedule.connection).key}"
    state = f"next {_next(schedule)}" if schedule.is_on else "off"
    name = escape(schedule.connection.called)
    out.print(f"[bold]{name}[/] {schedule.kind}: {escape(words)}; {state}.", soft_wrap=True)
    _say_where_off()


def _say_where_off() -> None:

    if not app_settings.schedules_on():
        err.print("[dim]COUNTERFOIL_SCHEDULES is 0 here: a worker started so fires none of them.[/]")


def _when(cron: str | None, at: str | None, days: str | None) -> str | None:
    from counterfoil.connections import cron_times

    if cron is not None and (at is not None or days is not None):
        raise InvalidInput("A cron expression says all of it.", "Give --cron, or --at with --days.")
    if days is not None and at is None:
        raise InvalidInput("It is not said at what time on these days.", "Give --at 03:00 too.")
    if at is None:
        return cron
    return cron_times.daily_at(at, days.split(",") if days is not None else ())


def _one_of(choices: Any, typed: str, what: str) -> Any:
    """A value that a column knows, as somebody typed it. Raises InvalidInput."""
    if typed.strip().lower() not in choices.values:
        raise InvalidInput(f"“{typed[:20]}” is no {what}.", f"One of {', '.join(choices.values)}.")
    return choices(typed.strip().lower())
