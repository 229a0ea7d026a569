"""`counterfoil webhooks`: what upstreams have sent, what became of it, and having them send it."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, secret_input, time_input
from counterfoil.cli.output import Column, brief, err, out, print_json, table
from counterfoil.cli.ready import ready
from counterfoil.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from counterfoil.webhooks.models import Delivery

app = typer.Typer(help="Webhooks: received, worked on, replayed; and where they are sent.", no_args_is_help=True)

SECRET_VARIABLE = "COUNTERFOIL_WEBHOOK_SECRET"  # noqa: S105  the name of a variable

Connection = Annotated[str | None, typer.Option("--connection", help="Only of this connection.")]
State = Annotated[
    str | None,
    typer.Option("--state", help="Only these: received, applied, duplicate, stale, ignored, failed, dead."),
]
Since = Annotated[str | None, typer.Option("--since", help="Only from then on: 2026-11-20, or 90m, 12h, 7d ago.")]


@app.command("list")
def list_(
    connection: Connection = None,
    state: State = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List deliveries, the newest first."""
    ready()
    chosen = _chosen(connection, state, since).select_related("connection__owner").defer("body")
    rows = list((chosen.order_by("-received_at", "-id") if connection else chosen)[:limit])
    if as_json:
        print_json([record(delivery) for delivery in rows])
        return
    if not rows:
        err.print("No delivery matches." if connection or state or since else "Nothing was delivered yet.")
        return
    columns: list[Column] = [
        ("id", "keep"),
        "connection",
        "event",
        ("record", "keep"),
        ("state", "keep"),
        "received",
        "why",
    ]
    out.print(table(columns, [_cells(delivery) for delivery in rows]))


@app.command("show")
def show(
    delivery: Annotated[int, typer.Argument(help="Its number.")],
    body: Annotated[bool, typer.Option("--body", help="Print its body as it came, and nothing else.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show one delivery."""
    ready()
    from counterfoil.webhooks.models import Delivery

    found = acting_user.narrow(Delivery.objects.select_related("connection__owner")).filter(pk=delivery).first()
    if found is None:
        raise NotFound(f"There is no delivery {delivery}.", "See `counterfoil webhooks list`.")
    if body:
        if found.body is None:
            raise NotFound(f"The body of delivery {delivery} was taken away: it is old.", "")
        out.out(bytes(found.body).decode(errors="replace"), highlight=False)
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
    deliveries: Annotated[list[int] | None, typer.Argument(help="Their numbers.")] = None,
    connection: Connection = None,
    state: State = None,
    since: Since = None,
) -> None:
    """Work on deliveries once more; they keep their place in the order, so what is newer stays."""
    ready()
    from counterfoil.webhooks.queue import replay as replayed

    if not deliveries and not (connection or state or since):
        raise InvalidInput("It is not said which deliveries.", "Give numbers, --state dead, or --since 12h.")
    rows = _chosen(connection, state, since)
    count = replayed(rows.filter(pk__in=deliveries) if deliveries else rows)
    if deliveries and count < len(set(deliveries)):
        err.print(
            f"{len(set(deliveries)) - count:,} of them are not there, wait anyway, or hold nothing mirrored."
        )
    out.print(f"{count:,} deliver{'y' if count == 1 else 'ies'} will be worked on once more, by the worker.")


@app.command("endpoints")
def endpoints(as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False) -> None:
    """List the addresses that upstreams send to."""
    ready()
    from counterfoil.webhooks.models import Endpoint

    found = list(acting_user.narrow(Endpoint.objects.select_related("connection__owner")))
    if as_json:
        keys = ("url", "upstream_id", "unsure", "made_at")
        print_json([{"connection": e.connection.name} | {key: getattr(e, key) for key in keys} for e in found])
        return
    if not found:
        err.print("No endpoint is registered. See [bold]counterfoil webhooks register --help[/]")
        return
    rows = [
        (escape(e.connection.called), escape(e.url), "unsure" if e.unsure else "registered", e.upstream_id or "–")
        for e in found
    ]
    out.print(table(["connection", "address", "state", "id upstream"], rows))


@app.command("register")
def register(
    connection: Annotated[str, typer.Argument(help="The connection's name.")],
    url: Annotated[
        str, typer.Option("--url", help="Where this install is reached: https://host/api/webhooks/...")
    ],
) -> None:
    """Have the upstream send its webhooks to an address of this install."""
    ready()
    from counterfoil.connections.factory import connector_class
    from counterfoil.webhooks.register import register as registered

    chosen = acting_user.connection(connection)
    title = connector_class(chosen).title
    done = registered(chosen, url)
    if done.secret:
        out.print(f"This install listens at [bold]{escape(done.endpoint.url)}[/]. Now enter it in {title}:")
        out.print("  Settings > Automation > Workflow Actions > Webhooks: method POST, body “Default Payload”,")
        out.print(f"  secret [bold]{done.secret}[/] (said this once), and a workflow rule that calls it")
        out.print("  when a contact or an invoice is created, edited or deleted.")
        return
    out.print(f"{title} has registered [bold]{escape(done.endpoint.url)}[/] as {done.endpoint.upstream_id}.")
    out.print("Its secret is stored encrypted. It begins to send after some seconds; see `counterfoil status`.")


@app.command("accept")
def accept(
    connection: Annotated[str, typer.Argument(help="The connection's name.")],
    url: Annotated[str, typer.Option("--url", help="The address that the upstream sends to.")],
    secret: Annotated[
        str | None,
        typer.Option(help=f"Its secret; '-' reads it from stdin. Else ${SECRET_VARIABLE}, else a prompt."),
    ] = None,
) -> None:
    """Take a secret that was made upstream: of a new endpoint, or another one for an endpoint that is known."""
    ready()
    from counterfoil.webhooks.register import accept as accepted

    chosen = acting_user.connection(connection)
    given = secret_input.secret(secret, os.environ.get(SECRET_VARIABLE), "secret")
    endpoint = accepted(chosen, url, given)
    out.print(f"Deliveries to [bold]{escape(endpoint.url)}[/] signed with it are taken.")
    err.print("[dim]One before it counts as well, until `counterfoil webhooks drop-old-secret`.[/]")


@app.command("drop-old-secret")
def drop_old_secret(
    connection: Annotated[str, typer.Argument(help="The connection's name.")],
) -> None:
    """End the rotation of a secret: only the newest counts."""
    ready()
    from counterfoil.webhooks.models import Endpoint
    from counterfoil.webhooks.register import drop_old_secret as dropped

    count = sum(
        dropped(endpoint) for endpoint in Endpoint.objects.filter(connection=acting_user.connection(connection))
    )
    out.print(f"{count} old secret{'s' if count != 1 else ''} dropped.")


@app.command("forget")
def forget(
    connection: Annotated[str, typer.Argument(help="The connection's name.")],
    url: Annotated[str, typer.Option("--url", help="The address.")],
) -> None:
    """Listen at an address no more. The upstream is not told: remove it there as well."""
    ready()
    from counterfoil.webhooks.register import forget as forgotten

    forgotten(acting_user.connection(connection), url)
    out.print("Forgotten. What it delivered is kept.")


def record(delivery: "Delivery") -> dict[str, Any]:
    """A delivery as JSON: keys as the columns, without its body."""
    names = (
        "id", "event", "event_id", "resource", "external_id", "state", "reason", "received_at", "ended_at",
        "duration", "tries", "next_try_at", "calls", "run_id",
    )  # fmt: skip
    return {"connection": delivery.connection.name, **{name: getattr(delivery, name) for name in names}}


def _cells(delivery: "Delivery") -> tuple[object, ...]:
    from django.utils import timezone

    received = timezone.localtime(delivery.received_at)
    return (
        delivery.pk,
        escape(delivery.connection.called),
        escape(brief(delivery.event, 30)),
        escape(brief(delivery.external_id or "–", 24)),
        delivery.state,
        f"{received:%Y-%m-%d %H:%M:%S}",
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
                f"{state[:20]!r} is no state of a delivery.", f"One of {', '.join(DeliveryState.values)}."
            )
        rows = rows.filter(state=state)
    if since is not None:
        rows = rows.filter(received_at__gte=time_input.typed(since, timezone.localtime()))
    return rows
