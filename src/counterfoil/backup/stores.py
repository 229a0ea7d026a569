"""The store of the database in use."""

from counterfoil.backup.contents import DatabaseStore
from counterfoil.mirror.store import current_dialect


def present_store() -> DatabaseStore:
    """Return how the present database is copied and put back."""
    if current_dialect().embedded:
        from counterfoil.backup.embedded import EmbeddedDatabase

        return EmbeddedDatabase()
    from counterfoil.backup.postgresql import PostgresDatabase

    return PostgresDatabase()
