"""Django looks here for the screens of an app. Technical tables of other apps are left out."""

from contextlib import suppress

from django.contrib.admin import site
from django.contrib.admin.exceptions import NotRegistered

from counterfoil.console.conflicts import admin as conflicts
from counterfoil.console.connections import admin as connections
from counterfoil.console.customers import admin as customers
from counterfoil.console.deliveries import admin as deliveries
from counterfoil.console.invoices import admin as invoices
from counterfoil.console.runs import admin as runs
from counterfoil.console.runs import quarantine
from counterfoil.console.site import users

__all__ = ["conflicts", "connections", "customers", "deliveries", "invoices", "quarantine", "runs", "users"]

with suppress(ImportError, NotRegistered):
    import django_tasks_db.admin  # noqa: F401  so that it is there to be taken away
    from django_tasks_db.models import DBTaskResult

    site.unregister(DBTaskResult)
