"""Django looks here for the screens of an app."""

from counterfoil.console.conflicts import admin as conflicts
from counterfoil.console.connections import admin as connections
from counterfoil.console.customers import admin as customers
from counterfoil.console.deliveries import admin as deliveries
from counterfoil.console.invoices import admin as invoices
from counterfoil.console.runs import admin as runs
from counterfoil.console.runs import quarantine
from counterfoil.console.site import users

__all__ = ["conflicts", "connections", "customers", "deliveries", "invoices", "quarantine", "runs", "users"]
