"""The board: what attacks did to the log-in page, a signed webhook and the log. `make test-long` prints it.

Another module adds a line with `@attack(...)` on a context manager that holds the attack while it is looked at:

    @attack("200 bodies that never end", before="no answer in 30 s")
    def unfinished_bodies(served: Served) -> Iterator[None]:
        with hold(served.port, 200, request("POST", "/login/", b"x", Content_Length="100")):
            yield
"""

import hashlib
import hmac
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from tests.server.furnish import HOOK, SECRET
from tests.server.raw_http import Reply, fetch, request
from tests.support.console import LOGIN, PASSWORD, serving
from tests.support.install import Install

CUSTOMERS = 12_000
"""Enough for an export of 8 MB, more than waits in any buffer."""
PATIENCE = 30.0
"""Seconds; who gets no answer in this time gets none."""


@dataclass(frozen=True)
class Served:
    """A served install with one connection, a user, and a session of that user."""

    install: Install
    port: int
    session: str = ""
    csrf: str = ""

    def login_page(self) -> Reply:
        """Load it as a browser that knows nothing yet."""
        return fetch(self.port, request("GET", "/login/?next=/"), seconds=PATIENCE)

    def webhook(self) -> Reply:
        """Send a webhook with a right signature, about a client of its own."""
        return fetch(self.port, self.signed(), seconds=PATIENCE)

    def signed(self, *, in_chunks: bool = False, **headers: str) -> bytes:
        """Build such a webhook."""
        name = secrets.token_hex(4)
        body = json.dumps({"id": name, "event": "client.updated", "data": {"id": name, "name": "Garage"}}).encode()
        moment = str(int(time.time()))
        signature = hmac.new(SECRET.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        headers |= {"Content-Type": "application/json", "Robaws-Signature": f"t={moment},v1={signature}"}
        if in_chunks:
            headers |= {"Content-Length": "", "Transfer-Encoding": "chunked"}
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        return request("POST", HOOK, body, **headers)

    def export(self) -> bytes:
        """Build the request of an export of all customers."""
        body = f"csrfmiddlewaretoken={self.csrf}&whole=1".encode()
        return request(
            "POST", "/customers/export/", body, Content_Type="application/x-www-form-urlencoded",
            Cookie=f"sessionid={self.session}; csrftoken={self.csrf}",
        )  # fmt: skip

    def log(self) -> bytes:
        """Return the log file's content."""
        path = self.install.folder / "logs" / "counterfoil.log"
        return path.read_bytes() if path.exists() else b""


@contextmanager
def served(install: Install, customers: int = CUSTOMERS) -> Iterator[Served]:
    """Furnish and serve an install, and log its user in."""
    subprocess.run(
        [sys.executable, "-m", "tests.server.furnish", str(customers)], env=install.environ(), check=True
    )
    with serving(install) as url:
        yield _logged_in(Served(install, urlsplit(url).port or 0))


def _logged_in(visitor: Served) -> Served:
    token = _cookie(visitor.login_page(), "csrftoken")
    body = f"csrfmiddlewaretoken={token}&username={LOGIN}&password={PASSWORD}&next=/".encode()
    reply = fetch(
        visitor.port,
        request(
            "POST", "/login/", body, Content_Type="application/x-www-form-urlencoded", Cookie=f"csrftoken={token}"
        ),
    )
    assert reply.status == 302, reply
    return Served(visitor.install, visitor.port, _cookie(reply, "sessionid"), _cookie(reply, "csrftoken"))


def _cookie(reply: Reply, name: str) -> str:
    for line in reply.head.decode("latin-1").split("\r\n"):
        if line.lower().startswith("set-cookie:") and f" {name}=" in line:
            return line.partition(f" {name}=")[2].partition(";")[0]
    raise AssertionError(f"no {name} in {reply.head!r}")


@dataclass(frozen=True)
class Attack:
    """`sent` says what it sends; `before` what it did when it was found; `webhook` the status that is right."""

    sent: str
    before: str
    hold: Callable[[Served], Iterator[None]]
    webhook: int = 200


ATTACKS: list[Attack] = []


def attack(sent: str, before: str, webhook: int = 200) -> Callable[[Callable[[Served], Iterator[None]]], Attack]:
    """Put an attack on the board."""

    def add(hold: Callable[[Served], Iterator[None]]) -> Attack:
        ATTACKS.append(Attack(sent, before, hold, webhook))
        return ATTACKS[-1]

    return add


@dataclass(frozen=True)
class Line:
    """What was seen during an attack, and after it."""

    attack: Attack
    page: Reply
    webhook: Reply
    page_after: Reply
    log_lines: int
    log_bytes: int

    @property
    def stands(self) -> bool:
        """Whether people and webhooks were answered within a second, during and after."""
        statuses = [reply.status for reply in (self.page, self.webhook, self.page_after)]
        slowest = max(reply.seconds for reply in (self.page, self.webhook, self.page_after))
        return statuses == [200, self.attack.webhook, 200] and slowest < 1


def look(which: Attack, target: Served) -> Line:
    """Carry out one attack."""
    before = target.log()
    with contextmanager(which.hold)(target):
        page, webhook = target.login_page(), target.webhook()
    after = target.login_page()
    log = target.log()
    grown = log[len(before) :]
    return Line(which, page, webhook, after, grown.count(b"\n"), len(grown))


def show(lines: list[Line], console: Console) -> None:
    """Print the board."""
    table = Table(box=None, pad_edge=False, title="The front door", title_justify="left")
    for heading in ("sent", "before", "log-in page", "webhook", "afterwards", "log"):
        table.add_column(heading, overflow="fold")
    for line in lines:
        table.add_row(
            line.attack.sent, line.attack.before, *map(_said, (line.page, line.webhook, line.page_after)),
            f"{line.log_lines} lines, {line.log_bytes:,} bytes",
        )  # fmt: skip
    console.print(table)


def _said(reply: Reply) -> str:
    return f"{reply.status} in {reply.seconds:.2f} s" if reply.status else f"none in {reply.seconds:.0f} s"
