"""`counterfoil simulate`: a simulated Robaws or Zoho Books on this machine, to try things on."""

import os
import signal
from typing import Annotated

import typer

from counterfoil.cli.output import err, out
from counterfoil.cli.serve import require_free
from counterfoil.project.parent_process import watch_parent

app = typer.Typer(help="Run a simulated Robaws or Zoho Books.", no_args_is_help=True)


Parent = Annotated[int | None, typer.Option(hidden=True)]
"""The process of the demo that a simulator belongs to."""


@app.callback()
def _group() -> None:
    pass


def _end_with(parent: int | None) -> None:
    """End this process with its parent, however that ends."""
    if parent is not None:
        watch_parent(parent, lambda: os.kill(os.getpid(), signal.SIGTERM), grace_seconds=5.0)


@app.command("robaws")
def robaws(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 picks a free one.")] = 8765,
    customers: Annotated[int, typer.Option(min=0, help="Number of customers.")] = 4017,
    seed: Annotated[int, typer.Option(help="The same seed gives the same customers.")] = 1,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    rate: Annotated[float, typer.Option(min=0, help="Requests per second that are allowed; 0 for no limit.")] = 15,
    burst: Annotated[int, typer.Option(min=1, help="Requests that are allowed at once.")] = 20,
    daily_limit: Annotated[int, typer.Option(min=1, help="Requests a day that are allowed.")] = 10_000,
    latency: Annotated[int, typer.Option(min=0, help="Milliseconds before each response.")] = 0,
    parent: Parent = None,
) -> None:
    """Run a simulated Robaws with invented customers. Control it at /_control."""
    from counterfoil_simulators.robaws import RobawsSimulator, run

    def ready(simulator: RobawsSimulator) -> None:
        out.print(f"Simulated Robaws with {customers:,} customers: [bold]{simulator.base_url}[/]", soft_wrap=True)
        out.print(
            f"counterfoil connect robaws --name demo --base-url {simulator.base_url} "
            f"--api-key {simulator.api_key} --api-secret {simulator.api_secret}",
            soft_wrap=True,
        )
        err.print("[dim]Press Ctrl-C to stop.[/]")

    _end_with(parent)
    if port:
        require_free(host, port)
    run(
        host,
        port,
        customers,
        seed,
        rate=rate or None,
        burst=burst,
        daily_limit=daily_limit,
        latency_ms=latency,
        on_ready=ready,
    )


@app.command("zoho-books")
def zoho_books(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 picks a free one.")] = 8766,
    organizations: Annotated[
        int, typer.Option(min=1, help="Number of organisations, each with its own records.")
    ] = 1,
    contacts: Annotated[
        int, typer.Option(min=0, help="Customers of each organisation; some vendors are added.")
    ] = 1000,
    persons: Annotated[int | None, typer.Option(min=0, help="Contact persons. Default: 1.5 per customer.")] = None,
    invoices: Annotated[int | None, typer.Option(min=0, help="Invoices. Default: 3 per customer.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same records on the same day.")] = 1,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    rate: Annotated[int, typer.Option(min=0, help="Requests per minute that are allowed; 0 for no limit.")] = 100,
    latency: Annotated[int, typer.Option(min=0, help="Milliseconds before each response.")] = 0,
    parent: Parent = None,
) -> None:
    """Run a simulated Zoho Books with invented organisations. Control it at /_control."""
    from counterfoil_simulators.foreground import serve
    from counterfoil_simulators.zoho_books import ZohoBooksSimulator

    def ready(simulator: ZohoBooksSimulator) -> None:
        counts = simulator.control.counts()
        places = "1 organisation" if organizations == 1 else f"each of {organizations} organisations"
        out.print(
            f"Simulated Zoho Books with {counts['customers']:,} customers and {counts['invoices']:,} invoices "
            f"in {places}: [bold]{simulator.base_url}[/]",
            soft_wrap=True,
        )
        for number, organization in enumerate(simulator.organization_ids, start=1):
            out.print(
                f"counterfoil connect zoho-books --name demo{'' if number == 1 else f'-{number}'} "
                f"--accounts-url {simulator.accounts_url} --api-url {simulator.api_url} "
                f"--client-id {simulator.client_id} --client-secret {simulator.client_secret} "
                f"--refresh-token {simulator.refresh_token} --organization {organization}",
                soft_wrap=True,
            )
        err.print(
            "[dim]To log in from the console instead, enter the accounts server there under “Other addresses”.[/]"
        )
        err.print("[dim]Press Ctrl-C to stop.[/]")

    _end_with(parent)
    if port:
        require_free(host, port)
    simulator = ZohoBooksSimulator(
        organizations,
        contacts,
        invoices,
        persons,
        seed,
        host=host,
        port=port,
        rate=rate or None,
        latency_ms=latency,
        consent="ask",
    )
    serve(simulator, ready)
