"""A webhook configured by a user, and the workflow rule that fires it (contract section 6)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args
from urllib.parse import parse_qsl, urlencode, urlsplit

from counterfoil_simulators.deliveries import SimulatedEndpoint, is_address
from counterfoil_simulators.zoho_books.signature import Pair

type Event = Literal["created", "edited", "deleted"]
type Kind = Literal["contact", "invoice"]

EVENTS: tuple[Event, ...] = get_args(Event.__value__)
ENTITIES = ("contact", "customer", "vendor", "invoice")
"""A contact is also a customer or a vendor; a webhook may be for one of them or for both."""
METHODS = ("POST", "PUT", "DELETE")
LONGEST_NAME, LONGEST_URL = 50, 5000
_SECRET = re.compile(r"[0-9A-Za-z]{12,50}")
_HEADER_NAME = re.compile(r"[0-9A-Za-z!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\xa0-\xff]*")


class RejectedValueError(ValueError):
    """Zoho rejects a value; `field` is its name in the API."""

    def __init__(self, field: str) -> None:
        super().__init__(f"Zoho rejects this {field}")
        self.field = field


@dataclass(slots=True, kw_only=True)
class Webhook(SimulatedEndpoint):
    """One webhook of one organisation. Without a secret nothing is signed; without events nothing is sent."""

    organization_id: str
    name: str
    entity: str
    events: tuple[Event, ...]
    method: str = "POST"
    headers: tuple[Pair, ...] = ()
    query: tuple[Pair, ...] = ()
    """Parameters added to those in the address."""

    def __post_init__(self) -> None:
        """Raise RejectedValueError for values that Zoho rejects."""
        wrong = {
            "url": not is_address(self.url) or len(self.url) > LONGEST_URL,
            "webhook_name": len(self.name) > LONGEST_NAME,
            "method": self.method not in METHODS,
            "secret": bool(self.secret) and not _SECRET.fullmatch(self.secret),
            "headers": not all(_is_header(name, value) for name, value in self.headers),
        }
        for name, refused in wrong.items():
            if refused:
                raise RejectedValueError(name)

    def wants(self, organization_id: str, names: Iterable[str], event: Event) -> bool:
        """Return whether its rule covers an event of a record with these entity names."""
        return self.organization_id == organization_id and event in self.events and self.entity in names

    @property
    def full_url(self) -> str:
        """The address with the parameters added."""
        if not self.query:
            return self.url
        return self.url + ("&" if urlsplit(self.url).query else "?") + urlencode(self.query)

    @property
    def pairs(self) -> list[Pair]:
        """The parameters of the full address, decoded."""
        return parse_qsl(urlsplit(self.full_url).query, keep_blank_values=True)

    def public(self) -> dict[str, Any]:
        """Render the webhook in the API's form."""
        return {
            "webhook_id": self.id,
            "webhook_name": self.name,
            "entity": self.entity,
            "method": self.method,
            "url": self.url,
            "headers": _named(self.headers),
            "query_parameters": _named(self.query),
            "events": list(self.events),
        }


def parse_entity(text: str) -> str:
    """Return an entity in the singular and in lower case: `Contacts` is `contact`."""
    return text.strip().lower().removesuffix("s")


def parse_events(texts: Iterable[str]) -> tuple[Event, ...]:
    """Return the events that these names mean, in any spelling: `contact_updated` is `edited`."""
    stems: dict[Event, tuple[str, ...]] = {
        "created": ("creat",),
        "edited": ("edit", "updat"),
        "deleted": ("delet",),
    }
    joined = " ".join(texts).lower()
    return tuple(event for event in EVENTS if any(stem in joined for stem in stems[event]))


def _named(pairs: Iterable[Pair]) -> list[dict[str, str]]:
    return [{"param_name": name, "param_value": value} for name, value in pairs]


def _is_header(name: str, value: str) -> bool:
    return bool(_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value))
