"""One access token for all processes of a connection: fetched by one of them, stored encrypted, never guessed."""

import socket
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from counterfoil.connections import encryption
from counterfoil.connections.token_store import SharedTokens, adopt
from counterfoil.connectors.allowance import AccessToken
from counterfoil.connectors.http import oauth_tokens
from counterfoil.errors import CredentialsRefused, QuotaExhausted, Throttled
from counterfoil.mirror import models
from counterfoil.mirror.models import Connection
from tests.support.background import in_background

pytestmark = pytest.mark.django_db(transaction=True)
PROCESSES = 6


@pytest.fixture
def connection() -> Connection:
    """Connect, without a token yet."""
    return Connection.objects.create(name="books", connector="zoho_books")


class Upstream:
    """Issues numbered tokens; `during` is called while one is being fetched."""

    def __init__(self, during: Callable[[], object] = lambda: None) -> None:
        self.given = 0
        self.during = during

    def fetch(self) -> AccessToken:
        """Issue the next token, for an hour."""
        self.given += 1
        self.during()
        return AccessToken(f"token-{self.given}", "https://api.example", 3600)


def all_at_once(connection: Connection, upstream: Upstream, refused: str | None = None) -> list[str]:
    """Request a token from several processes; the one that fetches it waits until all others wait for it."""
    waiting, everybody = set[int](), threading.Event()

    def wait(_: float) -> None:
        waiting.add(threading.get_ident())
        if len(waiting) == PROCESSES - 1:
            everybody.set()
        everybody.wait(20)

    upstream.during = lambda: everybody.wait(20)
    found: list[str] = []

    def ask() -> None:
        found.append(SharedTokens(connection.pk, "Zoho Books", wait).token(upstream.fetch, refused).secret)

    for thread in [in_background(ask) for _ in range(PROCESSES)]:
        thread.join()
    assert everybody.is_set()
    return found


def test_several_threads_that_need_a_token_request_it_once(connection: Connection) -> None:
    upstream = Upstream()
    assert all_at_once(connection, upstream) == ["token-1"] * PROCESSES
    assert upstream.given == 1


def test_several_threads_with_a_refused_token_replace_it_once(connection: Connection) -> None:
    adopt(connection.pk, AccessToken("old", "https://api.example", 3600))
    upstream = Upstream()
    assert all_at_once(connection, upstream, refused="old") == ["token-1"] * PROCESSES
    assert upstream.given == 1


def test_a_late_refusal_of_a_replaced_token_returns_the_new_one(connection: Connection) -> None:
    adopt(connection.pk, AccessToken("new", "https://api.example", 3600))
    upstream = Upstream()
    assert SharedTokens(connection.pk, "Zoho Books").token(upstream.fetch, "old").secret == "new"
    assert upstream.given == 0


def test_a_token_is_read_once_and_then_cached(connection: Connection) -> None:
    store = SharedTokens(connection.pk, "Zoho Books")
    first = store.token(Upstream().fetch)
    models.Token.objects.all().delete()
    assert store.token(Upstream().fetch) == first


def test_a_process_that_dies_delays_others_no_longer_than_its_claim(connection: Connection) -> None:
    now = timezone.now()
    models.Token.objects.create(connection=connection, claim="dead", claimed_until=now + timedelta(seconds=60))

    def wait(_: float) -> None:
        models.Token.objects.update(claimed_until=now - timedelta(seconds=1))

    upstream = Upstream()
    assert SharedTokens(connection.pk, "Zoho Books", wait).token(upstream.fetch).secret == "token-1"
    assert models.Token.objects.get().claim == ""


def test_a_claim_of_a_dead_process_does_not_delay_the_next_token(connection: Connection) -> None:
    gone = f"0/{socket.gethostname()}:{2**22 + 1}:1"
    later = timezone.now() + timedelta(seconds=60)
    models.Token.objects.create(connection=connection, claim=gone, claimed_until=later)
    store = SharedTokens(connection.pk, "Zoho Books", wait=lambda _: pytest.fail("nobody is waited for"))
    assert store.token(Upstream().fetch).secret == "token-1"


def test_a_token_that_arrives_after_its_claim_is_dropped(connection: Connection) -> None:
    """Its claim has run out, and another process has got a token meanwhile."""
    upstream = Upstream(lambda: adopt(connection.pk, AccessToken("newer", "https://api.example", 3600)))
    assert SharedTokens(connection.pk, "Zoho Books").token(upstream.fetch).secret == "newer"


def test_nothing_is_locked_while_a_token_is_requested(connection: Connection) -> None:
    written: list[int] = []

    def somebody_else_writes() -> None:
        in_background(lambda: written.append(Connection.objects.update(country="NL"))).join(10)

    SharedTokens(connection.pk, "Zoho Books").token(Upstream(somebody_else_writes).fetch)
    assert written == [1]


def test_a_token_is_stored_encrypted_only(connection: Connection) -> None:
    SharedTokens(connection.pk, "Zoho Books").token(Upstream().fetch)
    row = models.Token.objects.values().get()
    assert "token-1" not in str(row)
    assert encryption.unseal(row["sealed"]) == {"access_token": "token-1"}


def test_a_failed_request_releases_the_claim_and_is_counted(connection: Connection) -> None:
    def refuse() -> None:
        raise CredentialsRefused("no")

    upstream = Upstream(refuse)
    for _ in range(oauth_tokens.MOST):
        with pytest.raises(CredentialsRefused):
            SharedTokens(connection.pk, "Zoho Books").token(upstream.fetch)
    with pytest.raises(QuotaExhausted) as raised:
        SharedTokens(connection.pk, "Zoho Books").token(upstream.fetch)
    assert upstream.given == oauth_tokens.MOST
    assert timedelta(0) < raised.value.until - timezone.now() <= oauth_tokens.SPAN


def test_too_many_tokens_stop_all_processes_for_a_while(connection: Connection) -> None:
    def throttle() -> None:
        raise Throttled("slower")

    upstream = Upstream(throttle)
    for _ in range(3):
        with pytest.raises(QuotaExhausted) as raised:
            SharedTokens(connection.pk, "Zoho Books").token(upstream.fetch)
    assert upstream.given == 1
    assert timedelta(minutes=25) < raised.value.until - timezone.now() <= oauth_tokens.REST
