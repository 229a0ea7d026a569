"""`counterfoil webhooks`: deliveries that were received, and the endpoints that receive them."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, secret_input, time_input
from counterfoil.cli.output import Column, brief, err, local_time, out, print_body, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from counterfoil.webhooks.models import Delivery

app = typer.Typer(
    help="List and replay webhook deliveries, and manage the endpoints that receive them.", no_args_is_help=True
)

SECRET_VARIABLE = "COUNTERFOIL_WEBHOOK_SECRET"  # noqa: S105  the name of a variable

Connection = Annotated[str | None, typer.Option("--connection", help="Only this connection.")]
State = Annotated[
    str | None,
    typer.Option("--state", help="Only this state: received, applied, duplicate, stale, ignored, failed or dead."),
]
Since = Annotated[
    str | None, typer.Option("--since", help="Only since then: 2026-11-20, or how long ago: 90m, 12h, 7d.")
]


@app.command("list")
def list_(
    connection: Connection = None,
    state: State = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Maximum number of deliveries.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List deliveries, newest first."""
    ready()
    chosen = _chosen(connection, state, since).select_related("connection__owner").defer("body")
    rows = list((chosen.order_by("-received_at", "-id") if connection else chosen)[:limit])
    if as_json:
        print_json([record(delivery) for delivery in rows])
        return
    if not rows:
        err.print("No deliveries match." if connection or state or since else "No deliveries yet.")
        return
    columns: list[Column] = [
        ("id", "keep"),
        "connection",
        "event",
        ("record", "keep"),
        ("state", "keep"),
        "received",
        "reason",
    ]
    out.print(table(columns, [_cells(delivery) for delivery in rows]))


@app.command("show")
def show(
    delivery: Annotated[int, typer.Argument(help="Delivery number.")],
    body: Annotated[bool, typer.Option("--body", help="Print only the body, as it was received.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show a delivery."""
    ready()
    from counterfoil.webhooks.models import Delivery

    found = acting_user.narrow(Delivery.objects.select_related("connection__owner")).filter(pk=delivery).first()
    if found is None:
        raise NotFound(f"There is no delivery {delivery}.", "See `counterfoil webhooks list`.")
    if body:
        if found.body is None:
            raise NotFound(f"The body of delivery {delivery} is no longer kept: it is too old.", "")
        print_body(bytes(found.body).decode(errors="replace"))
        return
    values = record(found)
    if as_json:
        print_json(values)
        return
    rows = [
        (name.replace("_", " "), escape(str(value))) for name, value in values.items() if value not in (None, "")
    ]
    out.print(table(["", ""], rows))


@app.command("replay")
def replay(
    deliveries: Annotated[list[int] | None, typer.Argument(help="Delivery numbers.")] = None,
    connection: Connection = None,
    state: State = None,
    since: Since = None,
) -> None:
    """Process deliveries again. They keep their place in the order, so newer data is never overwritten."""
    ready()
    from counterfoil.webhooks.queue import replay as replay_rows

    if not deliveries and not (connection or state or since):
        raise InvalidInput("Which deliveries?", "Give numbers, or an option such as --state dead or --since 12h.")
    rows = _chosen(connection, state, since)
    count = replay_rows(rows.filter(pk__in=deliveries) if deliveries else rows)
    if deliveries and count < len(set(deliveries)):
        err.print(
            f"{len(set(deliveries)) - count:,} left out: not found, already waiting, or about nothing mirrored."
        )
    out.print(f"{count:,} deliver{'y' if count == 1 else 'ies'} will be processed again by the worker.")


@app.command("endpoints")
def endpoints(as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False) -> None:
    """List the addresses to which connected systems send webhooks."""
    ready()
    from counterfoil.webhooks.models import Endpoint

    endpoints = list(acting_user.narrow(Endpoint.objects.select_related("connection__owner")))
    if as_json:
        keys = ("url", "upstream_id", "unsure", "made_at")
        print_json([{"connection": e.connection.name} | {key: getattr(e, key) for key in keys} for e in endpoints])
        return
    if not endpoints:
        err.print("No endpoints are registered. See [bold]counterfoil webhooks register --help[/]")
        return
    rows = [
        (
            escape(e.connection.called),
            escape(e.url),
            "unsure" if e.unsure else "registered",
            escape(e.upstream_id or "–"),
        )
        for e in endpoints
    ]
    out.print(table(["connection", "address", "state", "id there"], rows))


@app.command("register")
def register(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    url: Annotated[
        str, typer.Option("--url", help="Public address of this install: https://host/api/webhooks/...")
    ],
) -> None:
    """Have the connected system send its webhooks to an address of this install."""
    ready()
    from counterfoil.connections.factory import connector_class
    from counterfoil.webhooks.register import register as register_endpoint

    chosen = acting_user.connection(connection)
    title = connector_class(chosen).title
    done = register_endpoint(chosen, url)
    if done.secret:
        out.print(f"This install listens at [bold]{escape(done.endpoint.url)}[/]. Now enter it in {title}:")
        out.print("  Settings > Automation > Workflow Actions > Webhooks: method POST, body “Default Payload”,")
        out.print(f"  secret [bold]{done.secret}[/] (shown only once), and a workflow rule that calls it")
        out.print("  when a contact or an invoice is created, edited or deleted.")
        return
    out.print(
        f"{title} has registered [bold]{escape(done.endpoint.url)}[/] as {escape(str(done.endpoint.upstream_id))}."
    )
    out.print("Its secret is stored encrypted. Deliveries start within seconds; see `counterfoil status`.")
    if done.former_id:
        err.print(
            f"The former registration {escape(done.former_id)} is still there: have {title} remove it, because "
            "its webhooks are rejected now.",
            soft_wrap=True,
        )


@app.command("accept")
def accept(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    url: Annotated[str, typer.Option("--url", help="Address to which the connected system sends.")],
    secret: Annotated[
        str | None,
        typer.Option(
            help=f"Signing secret; use '-' to read it from stdin. Default: ${SECRET_VARIABLE}, else a prompt."
        ),
    ] = None,
) -> None:
    """Accept deliveries signed with a secret from the connected system, at a new or an existing endpoint."""
    ready()
    from counterfoil.webhooks.register import accept as accept_secret

    chosen = acting_user.connection(connection)
    typed = secret_input.secret(secret, os.environ.get(SECRET_VARIABLE), "secret")
    endpoint = accept_secret(chosen, url, typed)
    out.print(f"Deliveries to [bold]{escape(endpoint.url)}[/] signed with this secret are accepted.")
    err.print("[dim]The former secret is accepted too, until `counterfoil webhooks drop-old-secret`.[/]")


@app.command("drop-old-secret")
def drop_old_secret(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
) -> None:
    """End the rotation of secrets: accept only the newest one of each endpoint."""
    ready()
    from counterfoil.webhooks.models import Endpoint
    from counterfoil.webhooks.register import drop_old_secret as drop

    endpoints = Endpoint.objects.filter(connection=acting_user.connection(connection))
    count = sum(drop(endpoint) for endpoint in endpoints)
    out.print(f"{count} old secret{'s' if count != 1 else ''} dropped.")


@app.command("forget")
def forget(
    connection: Annotated[str, typer.Argument(help="Name of the connection.")],
    url: Annotated[str, typer.Option("--url", help="Address of the endpoint.")],
) -> None:
    """Stop accepting deliveries at an address. Remove it in the connected system as well."""
    ready()
    from counterfoil.webhooks.register import forget as forget_endpoint

    forget_endpoint(acting_user.connection(connection), url)
    out.print("Endpoint removed. Its deliveries are kept.")


def record(delivery: "Delivery") -> dict[str, Any]:
    """Return a delivery as JSON without its body, keys named as the columns."""
    names = (
        "id", "event", "event_id", "resource", "external_id", "state", "reason", "received_at", "ended_at",
        "duration", "tries", "next_try_at", "calls", "run_id", "full_size",
    )  # fmt: skip
    return {"connection": delivery.connection.name, **{name: getattr(delivery, name) for name in names}}


def _cells(delivery: "Delivery") -> tuple[object, ...]:
    return (
        delivery.pk,
        escape(delivery.connection.called),
        escape(brief(delivery.event, 30)),
        escape(brief(delivery.external_id or "–", 24)),
        delivery.state,
        local_time(delivery.received_at, seconds=True),
        escape(brief(delivery.reason, 60)),
    )


def _chosen(connection: str | None, state: str | None, since: str | None) -> "QuerySet[Delivery]":
    from django.utils import timezone

    from counterfoil.webhooks.models import Delivery, DeliveryState

    rows = acting_user.narrow(Delivery.objects.all())
    if connection is not None:
        rows = rows.filter(connection=acting_user.connection(connection))
    if state is not None:
        if state not in DeliveryState.values:
            raise InvalidInput(
                f"“{state[:20]}” is not a state of a delivery.",
                f"Choose one of {', '.join(DeliveryState.values)}.",
            )
        rows = rows.filter(state=state)
    if since is not None:
        rows = rows.filter(received_at__gte=time_input.parse(since, timezone.localtime()))
    return rows
