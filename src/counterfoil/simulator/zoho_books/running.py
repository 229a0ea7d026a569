"""The simulator in the foreground, for a command line that is built elsewhere."""

from collections.abc import Callable
from typing import Any

from counterfoil.simulator.foreground import serve
from counterfoil.simulator.zoho_books.simulator import ZohoBooksSimulator


def run(
    organizations: int = 1,
    contacts: int = 25,
    invoices: int | None = None,
    *,
    on_ready: Callable[[ZohoBooksSimulator], None] | None = None,
    **options: Any,
) -> None:
    """Serve until SIGINT or SIGTERM, then stop cleanly. Options are those of `ZohoBooksSimulator`."""
    serve(ZohoBooksSimulator(organizations, contacts, invoices, **options), on_ready)
