"""Compare the tables and columns that the database has with those that the models expect."""

from django.apps import apps
from django.db import connection

from counterfoil import messages
from counterfoil.errors import DatabaseOutdated


def verify_columns() -> str:
    """Return how much was compared. Raises DatabaseOutdated, naming what is missing."""
    compared, missing = 0, []
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for model in apps.get_models(include_auto_created=True):
            table = str(model._meta.db_table)  # noqa: SLF001  Django's documented way
            if not model._meta.managed or model._meta.proxy:  # noqa: SLF001
                continue
            if table not in tables:
                missing.append(table)
                continue
            found = connection.introspection.get_table_description(cursor, table)
            has = {str(column.name) for column in found}
            wanted = [str(field.column) for field in model._meta.local_concrete_fields]  # noqa: SLF001
            missing += [f"{table}.{column}" for column in wanted if column not in has]
            compared += len(wanted)
    if missing:
        first = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        raise DatabaseOutdated(messages.mirror.COLUMNS_MISSING(missing=first), messages.mirror.RESTORE_COPY())
    return f"{compared} columns as expected"
