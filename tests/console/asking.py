"""What tests ask of a page."""

from html.parser import HTMLParser

from django.db.models import Model
from django.test import Client
from django.urls import reverse


def page(client: Client, address: str) -> str:
    """Return the text of a page that exists."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def notice(client: Client, address: str, data: dict[str, str] | None = None) -> str:
    """Press a button and return the page that follows."""
    answer = client.post(address, data or {}, follow=True)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember what the browser would send."""
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "input" and given.get("type") not in {"submit", "checkbox"}:
            self.found[name] = given.get("value") or ""
        elif tag == "select":
            self._select = name
            self.found.setdefault(name, "")
        elif tag == "option" and "selected" in given and self._select:
            self.found[self._select] = given.get("value") or ""


def fields(client: Client, address: str) -> dict[str, str]:
    """Return the fields of the forms on a page, as a browser would send them unchanged."""
    parser = _Fields()
    parser.feed(page(client, address))
    return {name: value for name, value in parser.found.items() if name and "__prefix__" not in name}


def record_address(record: Model) -> str:
    """Return the address of a record's page."""
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])
