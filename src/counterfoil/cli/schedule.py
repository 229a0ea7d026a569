"""`counterfoil schedule`: when connections are synced and edits pushed automatically."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user
from counterfoil.cli.output import Column, err, local_time, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.errors import InvalidInput
from counterfoil.mirror import app_settings

if TYPE_CHECKING:
    from counterfoil.mirror.models import Schedule

app = typer.Typer(
    help="Show and change automatic syncs and pushes.\n\nAny running worker carries them out.",
    no_args_is_help=True,
)


@app.command("list")
def list_(
    connection: Annotated[str | None, typer.Option("--connection", help="Only this connection.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List schedules: when each runs next, and when it last ran."""
    ready()
    from counterfoil.mirror.models import Schedule

    rows = acting_user.narrow(Schedule.objects.select_related("connection__owner"))
    if connection is not None:
        rows = rows.filter(connection=acting_user.connection(connection))
    schedules = list(rows.order_by("connection__name", "connection", "id"))
    if as_json:
        print_json([record(schedule) for schedule in schedules])
        return
    if not schedules:
        err.print("No schedules.")
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
    out.print(table(columns, [_cells(schedule) for schedule in schedules]))
    _warn_where_off()


@app.command("set")
def set_(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    kind: Annotated[
        str, typer.Argument(help="incremental (sync changes only), full (full sync) or push (send edits).")
    ],
    cron: Annotated[
        str | None, typer.Option("--cron", help='Cron expression with five fields, as in "0 3 * * *".')
    ] = None,
    at: Annotated[str | None, typer.Option("--at", help="Instead of --cron: a time of day, as in 03:00.")] = None,
    days: Annotated[
        str | None, typer.Option("--days", help="With --at: only on these days, as in mon,wed.")
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option("--zone", help="Time zone for all schedules of the connection; '' for the default one."),
    ] = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Turn the schedule on or off.")] = None,
    missed: Annotated[
        str | None,
        typer.Option("--missed", help="If no worker was running at that time: catch-up (run once later) or skip."),
    ] = None,
) -> None:
    """Change when a connection is synced or pushed automatically. What you leave out stays as it is."""
    ready()
    from django.db import transaction

    from counterfoil.connections import schedules
    from counterfoil.connections.schedules import ScheduleChange
    from counterfoil.mirror.models import Missed, ScheduleKind
    from counterfoil.runs import mapping_changes

    chosen = acting_user.connection(connection)
    which: ScheduleKind = _parse(ScheduleKind, kind, "a kind of schedule")
    policy: Missed | None = None if missed is None else _parse(Missed, missed, "a value for --missed")
    when = _when(cron, at, days)
    if when is None and zone is None and on is None and policy is None:
        raise InvalidInput("Nothing to change.", "Give an option, such as --at 03:00 or --off.")
    with transaction.atomic():
        if zone is not None:
            mapping_changes.set_time_zone(chosen, zone.strip() or None, acting_user.person())
        changed = schedules.change_schedule(chosen, which, ScheduleChange(when, on, policy))
    changed.refresh_from_db()
    _print_changed(changed)


def record(schedule: "Schedule") -> dict[str, Any]:
    """Return a schedule as JSON: keys named as the columns, and the time zone it is read in."""
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
    from counterfoil.connections import cron_times
    from counterfoil.connections.schedules import zone_of

    last = local_time(schedule.fired_at) if schedule.fired_at else "never"
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


def _print_changed(schedule: "Schedule") -> None:
    from counterfoil.connections import cron_times
    from counterfoil.connections.schedules import zone_of

    words = f"{cron_times.describe(schedule.cron)}, {zone_of(schedule.connection).key}"
    state = f"next {_next(schedule)}" if schedule.is_on else "off"
    name = escape(schedule.connection.called)
    out.print(f"[bold]{name}[/] {schedule.kind}: {escape(words)}; {state}.", soft_wrap=True)
    _warn_where_off()


def _warn_where_off() -> None:

    if not app_settings.schedules_on():
        err.print("[dim]COUNTERFOIL_SCHEDULES is 0 here: a worker started with it runs no schedules.[/]")


def _when(cron: str | None, at: str | None, days: str | None) -> str | None:
    from counterfoil.connections import cron_times

    if cron is not None and (at is not None or days is not None):
        raise InvalidInput("--cron cannot be combined with --at or --days.", "Give --cron, or --at with --days.")
    if days is not None and at is None:
        raise InvalidInput("--days needs a time of day.", "Add one, such as --at 03:00.")
    if at is None:
        return cron
    return cron_times.daily_at(at, days.split(",") if days is not None else ())


def _parse(choices: Any, typed: str, what: str) -> Any:
    """Return the choice that was typed. Raises InvalidInput, saying that it is not `what`."""
    if typed.strip().lower() not in choices.values:
        raise InvalidInput(f"“{typed[:20]}” is not {what}.", f"Choose one of {', '.join(choices.values)}.")
    return choices(typed.strip().lower())
