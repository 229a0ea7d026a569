"""The addresses of all screens of the office."""

from tests.browser.office import LATE, LONG_NAME, NEW
from tests.support.console import Console

NAMES = (
    "overview", "customers", "nothing found", "customer", "customer with sources",
    "customers with edits", "edit a customer", "new customer", "customer made here",
    "conflicts", "conflict", "conflict about a deletion", "conflict about our write", "conflict about a creation",
    "settled conflict",
    "invoices", "invoice", "invoice with sources",
    "connections", "connection", "failing connection", "new connection", "another key",
    "runs", "completed run", "failed run", "run that asks", "push", "approval",
    "records set aside", "record set aside",
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
    "customers": "/mirror/customer/",
    "nothing found": "/mirror/customer/?q=there+is+no+such+customer",
    "customers with edits": "/mirror/customer/?edits=any",
    "conflicts": "/mirror/conflict/",
    "invoices": "/mirror/invoice/",
    "connections": "/mirror/connection/",
    "new connection": "/mirror/connection/add/",
    "runs": "/mirror/run/",
    "records set aside": "/mirror/setaside/",
    "webhooks": "/inbox/delivery/",
    "users": "/auth/user/",
    "new user": "/auth/user/add/",
    "groups": "/auth/group/",
    "own password": "/password_change/",
}
_RUN = "SELECT id FROM run WHERE state = '{}' ORDER BY id LIMIT 1"
_DELIVERY = "SELECT id FROM delivery WHERE state = '{}'"
_CONNECTION = "SELECT id FROM connection WHERE name = '{}'"
_CUSTOMER = f"SELECT id FROM customer WHERE name = '{LONG_NAME}'"
_CONFLICT = "SELECT id FROM conflict WHERE kind = '{}' AND settled_at IS NULL ORDER BY id LIMIT 1"
_INVOICE = f"SELECT id FROM invoice WHERE number = '{LATE}'"
_RECORDS = {
    "customer": (_CUSTOMER, "/mirror/customer/{}/change/"),
    "customer with sources": (_CUSTOMER, "/mirror/customer/{}/change/?sources=1"),
    "edit a customer": (_CUSTOMER, "/mirror/customer/{}/edit/"),
    "new customer": (_CONNECTION.format("acme"), "/mirror/customer/add/?connection={}"),
    "customer made here": (f"SELECT id FROM customer WHERE name = '{NEW}'", "/mirror/customer/{}/change/"),
    "conflict": (_CONFLICT.format("both"), "/mirror/conflict/{}/change/"),
    "conflict about a deletion": (_CONFLICT.format("deleted"), "/mirror/conflict/{}/change/"),
    "conflict about our write": (_CONFLICT.format("overwritten"), "/mirror/conflict/{}/change/"),
    "conflict about a creation": (_CONFLICT.format("created"), "/mirror/conflict/{}/change/"),
    "settled conflict": ("SELECT id FROM conflict WHERE by_policy LIMIT 1", "/mirror/conflict/{}/change/"),
    "invoice": (_INVOICE, "/mirror/invoice/{}/change/"),
    "invoice with sources": (_INVOICE, "/mirror/invoice/{}/change/?sources=1"),
    "connection": (_CONNECTION.format("acme"), "/mirror/connection/{}/change/"),
    "another key": (_CONNECTION.format("acme"), "/mirror/connection/{}/key/"),
    "failing connection": (_CONNECTION.format("refused"), "/mirror/connection/{}/change/"),
    "push": ("SELECT id FROM run WHERE kind = 'push' ORDER BY id LIMIT 1", "/mirror/run/{}/change/"),
    "completed run": (_RUN.format("completed"), "/mirror/run/{}/change/"),
    "failed run": (_RUN.format("failed"), "/mirror/run/{}/change/"),
    "run that asks": (_RUN.format("needs_approval"), "/mirror/run/{}/change/"),
    "approval": (_RUN.format("needs_approval"), "/mirror/run/{}/approve/"),
    "record set aside": ("SELECT id FROM set_aside LIMIT 1", "/mirror/setaside/{}/change/"),
    "webhook": (_DELIVERY.format("applied"), "/inbox/delivery/{}/change/"),
    "webhook that failed": (_DELIVERY.format("failed"), "/inbox/delivery/{}/change/"),
    "user": ("SELECT id FROM auth_user LIMIT 1", "/auth/user/{}/change/"),
}
