"""Somebody who connects Zoho Books by logging in: the console's pages, and the way through Zoho's consent page."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.test import Client

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators.zoho_books.asking import send

ADD = "/connections/add/?kind=zoho_books"
BACK = "/mirror/connection/login/"


@dataclass
class Somebody:
    """`client` is their browser, `sim` the Zoho where they have an account, known here as the data centre "eu"."""

    client: Client
    sim: ZohoBooksSimulator
    seen: list[str] = field(default_factory=list)
    """Every page and address that they were shown."""

    def form(self, **others: str) -> dict[str, str]:
        """Fill in the form and press the button."""
        said = {
            "name": "books",
            "dc": "eu",
            "client_id": self.sim.client_id,
            "client_secret": self.sim.client_secret,
            "window_days": "",
            "country": "",
            "log_in": "1",
        }
        return {**said, **others}

    def begin(self, at: str = ADD, **others: str) -> str:
        """Press the button; the address at Zoho that they are sent to."""
        answer = self.client.post(at, self.form(**others))
        assert answer.status_code == 302, answer.content.decode()
        self.seen.append(answer["Location"])
        return str(answer["Location"])

    def consent(self, address: str, **other: str) -> dict[str, str]:
        """Go there and agree; what Zoho sends back with the browser. `other` replaces parts of the question."""
        parts = urlsplit(address)
        question = {**dict(parse_qsl(parts.query)), **other}
        answer = send("GET", f"{parts.scheme}://{parts.netloc}{parts.path}", params=question)
        assert answer.status_code == 302, answer.text
        self.seen.append(answer.headers["location"])
        back = urlsplit(answer.headers["location"])
        assert back.path == BACK
        return dict(parse_qsl(back.query))

    def come_back(self, brought: dict[str, str]) -> Any:
        """Follow Zoho's answer to the console; the page on which that ends."""
        answer = self.client.get(f"{BACK}?{urlencode(brought)}", follow=True)
        self.seen += [answer.content.decode(), *(address for address, _ in answer.redirect_chain)]
        return answer

    def connect(self, at: str = ADD, **others: str) -> str:
        """All of it; the page on which it ends."""
        return str(self.come_back(self.consent(self.begin(at, **others))).content.decode())
