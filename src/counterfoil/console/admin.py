"""Django looks here for the screens of an app. Technical tables of other apps are left out."""

from contextlib import suppress

from django.contrib.admin import site
from django.contrib.admin.exceptions import NotRegistered

from counterfoil.console import access, conflicts, connections, customers, deliveries, invoices, runs, set_aside

__all__ = ["access", "conflicts", "connections", "customers", "deliveries", "invoices", "runs", "set_aside"]

with suppress(ImportError, NotRegistered):
    import django_tasks_db.admin  # noqa: F401  so that it is there to be taken away
    from django_tasks_db.models import DBTaskResult

    site.unregister(DBTaskResult)
