"""`counterfoil doctor`: find what is wrong with this install, and how to fix it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer
from rich.markup import escape

from counterfoil.cli import acting_user, doctor_database, doctor_install, doctor_keys, worker_check
from counterfoil.cli.output import out, print_json
from counterfoil.cli.ready import ready
from counterfoil.connections import wording
from counterfoil.connectors.http.plain_http import is_this_machine
from counterfoil.errors import CounterfoilError

type Finding = tuple[str, bool | None, str]
"""What was checked, whether it passed (None: a warning), and the result with what to do."""
_RESULTS = {True: "passed", False: "failed", None: "warning"}
_SIGNS = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[yellow]![/]"}


def doctor(
    offline: Annotated[bool, typer.Option("--offline", help="Do not contact the connected systems.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Check settings, https, database, encryption key, clock and connections.

    Exits with 0 only if every check passes; a warning (!) is no failure.
    """
    found: list[Finding] = []
    for what, good, words in _findings(offline=offline):
        found.append((what, good, words))
        if not as_json:
            out.print(f"{_SIGNS[good]} {what:<12} {escape(words)}", soft_wrap=True)
    if as_json:
        print_json([{"check": what, "result": _RESULTS[good], "message": words} for what, good, words in found])
    if any(good is False for _, good, _ in found):
        raise typer.Exit(1)


def _findings(*, offline: bool) -> Iterator[Finding]:
    try:
        ready(prepare=False)
    except CounterfoilError as error:
        yield "settings", False, str(error)
        return
    from django.conf import settings

    yield "settings", True, f"data folder {settings.COUNTERFOIL_DATA_DIR}"
    yield from _https(settings.ALLOWED_HOSTS, https=settings.HTTPS, has_proxies=bool(settings.COUNTERFOIL_PROXIES))
    for finding in doctor_database.findings(_check):
        yield finding
        if not finding[1]:
            return
    acting_user.person()  # raises for an unknown user before anything is checked as one
    yield from doctor_keys.findings()
    yield from doctor_install.findings()
    yield _worker()
    if not offline:
        yield from _systems()


def _https(hosts: Sequence[str], *, https: bool, has_proxies: bool) -> Iterator[Finding]:
    foreign = next((host for host in hosts if not is_this_machine(host.strip("[]"))), None)
    if https and not has_proxies:
        words = "on, but COUNTERFOIL_PROXIES lists no proxy, so all visitors count as one. List its address there."
        yield "https", None, words
    elif https:
        yield "https", True, "on: http is redirected, and browsers come by https only"
    elif foreign is not None:
        name = "any name" if foreign == "*" else foreign
        risk = f"off, although the console may be opened as {name}: passwords can be read on the way."
        yield "https", None, f"{risk} Put a server with a certificate in front, then set COUNTERFOIL_HTTPS=1."


def _worker() -> Finding:
    """Check that a worker is running; that none is, is a failure only where work waits for one."""
    what, good, words = _check("worker", worker_check.describe)
    return what, (None if good and not worker_check.is_running() else good), words


def _check(what: str, check: Callable[[], str]) -> Finding:
    from django.db import DatabaseError

    from counterfoil.mirror.database import translate_error

    try:
        return what, True, check()
    except CounterfoilError as error:
        return what, False, str(error)
    except DatabaseError as error:
        return what, False, str(translate_error(error) or error)


def _systems() -> Iterator[Finding]:
    from counterfoil.connections import connect
    from counterfoil.mirror.models import Connection

    for connection in acting_user.narrow(Connection.objects.active()):
        started = datetime.now(UTC)
        yield _check(connection.name, partial(connect.check_connection, connection))
        base_url = connection.settings.get("base_url")
        if base_url:
            yield _check("clock", partial(_clock, wording.system(connection), str(base_url), started))


def _clock(system: str, base_url: str, started: datetime) -> str:
    """Compare our clock with the system's Date header. A wrong clock harms webhooks, never the mirror."""
    import httpx2

    from counterfoil.connectors.http.bounded_client import BodyTooLarge, BoundedClient, RequestLimits
    from counterfoil.connectors.http.headers import parse_http_date
    from counterfoil.errors import InvalidSetting

    try:
        with BoundedClient(base_url, RequestLimits(httpx2.Timeout(10.0), 10.0)) as client:
            date = parse_http_date(client.send("HEAD", "").headers.get("date"))
    except (httpx2.HTTPError, BodyTooLarge):
        return f"could not be compared: {system} does not answer"
    if date is None:
        return f"could not be compared: {system} does not send its time"
    off = abs((date - started).total_seconds())
    if off > 60:
        raise InvalidSetting(
            f"This machine's clock and the one of {system} differ by {off:,.0f} seconds.",
            "Correct this machine's clock, as with NTP.",
        )
    return f"agrees with {system}"
