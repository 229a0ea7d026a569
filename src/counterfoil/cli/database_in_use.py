"""Whether the present database is the one that the key here was used with."""

from pathlib import Path


def note_use() -> None:
    """Remember which database the key has encrypted secrets in, once it has."""
    from django.conf import settings

    from counterfoil.connections import key_check, key_ring
    from counterfoil.project import key_use

    recorded = key_check.recorded_digest()
    if recorded and recorded in key_ring.digests():
        database = key_use.database_name(settings.DATABASES["default"])
        key_use.note(Path(settings.COUNTERFOIL_DATA_DIR), key_use.KeyUse(recorded, database))


def other_database() -> str:
    """Say that the key here was last used with another database; "" where it was not."""
    from django.conf import settings

    from counterfoil.project import key_use

    use = key_use.read(Path(settings.COUNTERFOIL_DATA_DIR))
    if use is None or use.database == key_use.database_name(settings.DATABASES["default"]):
        return ""
    return (
        f"The key here was last used with {use.database}: "
        f"{'unset' if use.database == key_use.EMBEDDED else 'set'} DATABASE_URL to use that again."
    )


def doubt() -> str:
    """Say why an empty database is probably not the one in use; "" where nothing speaks for that."""
    from django.conf import settings

    from counterfoil.connections import key_check, key_ring
    from counterfoil.mirror.models import Connection
    from counterfoil.project import key_use

    use, keys = key_use.read(Path(settings.COUNTERFOIL_DATA_DIR)), key_ring.digests()
    if use is None or use.key not in keys or Connection.objects.exists():
        return ""
    if key_check.recorded_digest() in keys:  # it was used with this key: all its connections were removed
        return ""
    other = other_database()
    if other:
        return f"This database is empty. {other}"
    return (
        "This database is empty, but the key here has encrypted secrets in one. Where the database was moved or "
        "lost, put it back or restore a backup: `counterfoil restore --help`."
    )
