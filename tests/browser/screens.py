"""The addresses of all screens of the office."""

from tests.browser.office import LATE, LONG_NAME, NEW
from tests.support.console import Console

NAMES = (
    "overview", "customers", "nothing found", "customer", "customer with sources",
    "customers with edits", "edit a customer", "new customer", "customer made here",
    "delete a customer", "customer about to be deleted",
    "conflicts", "conflict", "conflict about a deletion", "conflict about our write", "conflict about a creation",
    "settled conflict",
    "invoices", "invoice", "invoice with sources",
    "connections", "connection", "failing connection", "new connection", "another key",
    "runs", "completed run", "failed run", "run that asks", "push", "approval",
    "import problems", "import problem",
    "webhooks", "webhook", "webhook that failed",
    "users", "user", "new user", "groups", "own password",
)  # fmt: skip


def address(console: Console, name: str) -> str:
    """Where the screen of that name is."""
    if name in _LISTS:
        return _LISTS[name]
    query, path = _RECORDS[name]
    return path.format(console.install.sql(query)[0][0])


_LISTS = {
    "overview": "/",
    "customers": "/customers/",
    "nothing found": "/customers/?q=there+is+no+such+customer",
    "customers with edits": "/customers/?edits=any",
    "conflicts": "/conflicts/",
    "invoices": "/invoices/",
    "connections": "/connections/",
    "new connection": "/connections/add/",
    "runs": "/runs/",
    "import problems": "/import-problems/",
    "webhooks": "/webhooks/",
    "users": "/users/",
    "new user": "/users/add/",
    "groups": "/groups/",
    "own password": "/password_change/",
}
_RUN = "SELECT id FROM counterfoil_run WHERE state = '{}' ORDER BY id LIMIT 1"
_DELIVERY = "SELECT id FROM counterfoil_delivery WHERE state = '{}'"
_CONNECTION = "SELECT id FROM counterfoil_connection WHERE name = '{}'"
_CUSTOMER = f"SELECT id FROM counterfoil_customer WHERE name = '{LONG_NAME}'"
_CONFLICT = "SELECT id FROM counterfoil_conflict WHERE kind = '{}' AND settled_at IS NULL ORDER BY id LIMIT 1"
_INVOICE = f"SELECT id FROM counterfoil_invoice WHERE number = '{LATE}'"
_RECORDS = {
    "customer": (_CUSTOMER, "/customers/{}/"),
    "customer with sources": (_CUSTOMER, "/customers/{}/?sources=1"),
    "edit a customer": (_CUSTOMER, "/customers/{}/edit/"),
    "delete a customer": (_CUSTOMER, "/customers/{}/deletion/"),
    "customer about to be deleted": (
        "SELECT record_id FROM counterfoil_pending_deletion LIMIT 1",
        "/customers/{}/",
    ),
    "new customer": (_CONNECTION.format("acme"), "/customers/add/?connection={}"),
    "customer made here": (f"SELECT id FROM counterfoil_customer WHERE name = '{NEW}'", "/customers/{}/"),
    "conflict": (_CONFLICT.format("both"), "/conflicts/{}/"),
    "conflict about a deletion": (_CONFLICT.format("deleted"), "/conflicts/{}/"),
    "conflict about our write": (_CONFLICT.format("overwritten"), "/conflicts/{}/"),
    "conflict about a creation": (_CONFLICT.format("created"), "/conflicts/{}/"),
    "settled conflict": ("SELECT id FROM counterfoil_conflict WHERE by_policy LIMIT 1", "/conflicts/{}/"),
    "invoice": (_INVOICE, "/invoices/{}/"),
    "invoice with sources": (_INVOICE, "/invoices/{}/?sources=1"),
    "connection": (_CONNECTION.format("acme"), "/connections/{}/"),
    "another key": (_CONNECTION.format("acme"), "/connections/{}/key/"),
    "failing connection": (_CONNECTION.format("refused"), "/connections/{}/"),
    "push": ("SELECT id FROM counterfoil_run WHERE kind = 'push' ORDER BY id LIMIT 1", "/runs/{}/"),
    "completed run": (_RUN.format("completed"), "/runs/{}/"),
    "failed run": (_RUN.format("failed"), "/runs/{}/"),
    "run that asks": (_RUN.format("needs_approval"), "/runs/{}/"),
    "approval": (_RUN.format("needs_approval"), "/runs/{}/approve/"),
    "import problem": ("SELECT id FROM counterfoil_quarantine LIMIT 1", "/import-problems/{}/"),
    "webhook": (_DELIVERY.format("applied"), "/webhooks/{}/"),
    "webhook that failed": (_DELIVERY.format("failed"), "/webhooks/{}/"),
    "user": ("SELECT id FROM auth_user LIMIT 1", "/users/{}/"),
}
