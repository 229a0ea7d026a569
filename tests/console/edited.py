"""Helpers for tests in which a user edits, creates and sends customers of a mirrored Robaws."""

import re
from html import unescape
from typing import Any

from django.test import Client

from counterfoil.mirror.models import Customer
from tests.console.asking import fields, notice, page
from tests.edits.conftest import Edited

LIST = "/customers/"


def at(customer: Customer, what: str = "") -> str:
    """Return the address of a customer's page, or of an action on it."""
    return f"{LIST}{customer.pk}/{what}/" if what else f"{LIST}{customer.pk}/"


def save(client: Client, customer: Customer, **typed: str) -> str:
    """Open the form, fill it in, press Save and return the page that follows."""
    return notice(client, at(customer, "edit"), fields(client, at(customer, "edit")) | typed)


def field(shown: str, label: str) -> str:
    """Return what a page shows of one field, as text."""
    found = re.search(rf"<dt>{re.escape(label)}</dt>\s*<dd>(.*?)</dd>", shown, re.DOTALL)
    assert found, label
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split())


def plain(shown: str) -> str:
    """Return a page as text."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def both_changed(edited: Edited, external_id: str = "7", **values: Any) -> None:
    """Edit the e-mail here and change it in Robaws."""
    edited.sim.control.change([external_id], fields={"email": "old@example.com"})
    edited.sync(full=True)
    edited.edit(external_id, email="ours@example.com", **values)
    edited.sim.control.change([external_id], fields={"email": "theirs@example.com"})
    edited.sync(full=True)


__all__ = ["page"]
