"""`counterfoil migrate`: bring the database's tables up to date."""

from counterfoil.cli.output import out
from counterfoil.cli.ready import ready


def migrate() -> None:
    """Bring the database up to date with this version."""
    ready(prepare=False)
    from counterfoil.mirror import database

    done = database.migrate()
    out.print(f"{done} migrations applied." if done else "The database is up to date.")
