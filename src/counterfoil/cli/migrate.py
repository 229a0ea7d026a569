"""`counterfoil migrate`: bring the tables of the database up to date."""

from counterfoil.cli.output import out
from counterfoil.cli.ready import COPY, ready


def migrate() -> None:
    """Update the database to this version."""
    ready(prepare=False)
    from counterfoil.connections import key_check
    from counterfoil.mirror import upgrade

    done = upgrade.migrate()
    if key_check.state() == key_check.KeyState.NO_KEY_YET:
        key_check.require_key()
    applied = f"{done.migrations} migration{'s' if done.migrations != 1 else ''} applied."
    out.print(applied if done.migrations else "The database is up to date.")
    if done.copy is not None:
        out.print(COPY.format(done.copy), markup=False, soft_wrap=True)
