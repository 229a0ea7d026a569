"""`counterfoil simulate`: an upstream to try things on, on this machine."""

from typing import Annotated

import typer

from counterfoil.cli.output import err, out
from counterfoil.cli.serve import require_free

app = typer.Typer(help="Run a simulated upstream.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    pass


@app.command("robaws")
def robaws(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 picks a free one.")] = 8765,
    customers: Annotated[int, typer.Option(min=0)] = 4017,
    seed: Annotated[int, typer.Option(help="The same seed gives the same customers.")] = 1,
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    rate: Annotated[float, typer.Option(min=0, help="Requests per second it grants; 0: no limit.")] = 15,
    burst: Annotated[int, typer.Option(min=1)] = 20,
    daily_limit: Annotated[int, typer.Option(min=1)] = 10_000,
    latency: Annotated[int, typer.Option(min=0, help="Milliseconds before each answer.")] = 0,
) -> None:
    """A faithful Robaws with invented customers. Its control endpoint is /_control."""
    from counterfoil_simulators.robaws import RobawsSimulator, run

    def ready(simulator: RobawsSimulator) -> None:
        out.print(f"Simulated Robaws with {customers:,} customers: [bold]{simulator.base_url}[/]", soft_wrap=True)
        out.print(
            f"counterfoil connect robaws --name demo --base-url {simulator.base_url} "
            f"--api-key {simulator.api_key} --api-secret {simulator.api_secret}",
            soft_wrap=True,
        )
        err.print("[dim]Ctrl-C stops it.[/]")

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
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 picks a free one.")] = 8766,
    organizations: Annotated[int, typer.Option(min=1, help="Each with records of its own.")] = 1,
    contacts: Annotated[int, typer.Option(min=0, help="Customers of each; some vendors come on top.")] = 1000,
    persons: Annotated[int | None, typer.Option(min=0, help="Without it: one and a half per customer.")] = None,
    invoices: Annotated[int | None, typer.Option(min=0, help="Without it: three per customer.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same records on the same day.")] = 1,
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    rate: Annotated[int, typer.Option(min=0, help="Requests per minute it grants; 0: no limit.")] = 100,
    latency: Annotated[int, typer.Option(min=0, help="Milliseconds before each answer.")] = 0,
) -> None:
    """A faithful Zoho Books with invented organisations. Its control endpoint is /_control."""
    from counterfoil_simulators.foreground import serve
    from counterfoil_simulators.zoho_books import ZohoBooksSimulator

    def ready(simulator: ZohoBooksSimulator) -> None:
        counts = simulator.control.counts()
        out.print(
            f"Simulated Zoho Books, {counts['customers']:,} customers and {counts['invoices']:,} invoices "
            f"in each of {organizations}: [bold]{simulator.base_url}[/]",
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
            "[dim]To log in from the console instead, give the accounts server under “Other addresses” there.[/]"
        )
        err.print("[dim]Ctrl-C stops it.[/]")

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
