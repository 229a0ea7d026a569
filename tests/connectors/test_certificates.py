"""A certificate that is refused says why, and what to do; nothing is sent, and nothing is tried again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from counterfoil.connectors.http.client import HttpClient
from counterfoil.connectors.http.error_rules import KeyAndSecret
from counterfoil.connectors.robaws.error_rules import RobawsErrorRules
from counterfoil.connectors.zoho_books.access import request_token
from counterfoil.errors import InvalidSetting, NotTrusted, Unreachable
from tests.support.certificates import DAY, Authority, answering
from tests.support.upstream import Notes

HERE = "127.0.0.1"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """Make an authority that SSL_CERT_FILE names."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    return made


@contextmanager
def client(port: int, scheme: str = "https") -> Iterator[HttpClient]:
    made = HttpClient(f"{scheme}://{HERE}:{port}/api", KeyAndSecret("key", "secret"), Notes(), RobawsErrorRules())
    try:
        yield made
    finally:
        made.close()


def refusal(certificate: Path | None) -> str:
    """Return the sentences that a read fails with, after checking that nothing was sent, and only once."""
    with answering(certificate) as (port, received), client(port) as asking:
        with pytest.raises(NotTrusted) as refused:
            asking.get("clients", {}, bytes)
        assert not any(b"GET" in part for part in received)
        assert len(received) <= 1
    return str(refused.value)


def test_a_file_named_in_ssl_cert_file_is_trusted(authority: Authority) -> None:
    with answering(authority.certificate(HERE)) as (port, received), client(port) as asking:
        assert asking.get("clients", {}, bytes).value == b"{}"
    assert received[0].startswith(b"GET /api/clients ")


def test_an_expired_certificate(authority: Authority) -> None:
    words = refusal(authority.certificate(HERE, -2 * DAY, timedelta(seconds=-5)))
    assert words.startswith("The certificate of 127.0.0.1 has expired, so nothing was sent. Tell whoever runs it")


def test_a_certificate_that_is_not_valid_yet(authority: Authority) -> None:
    words = refusal(authority.certificate(HERE, DAY, 2 * DAY))
    assert words.startswith("The certificate of 127.0.0.1 is not valid yet")
    assert "Check this machine's clock." in words


@pytest.mark.parametrize("name", ["app.robaws.example", "127.0.0.2"])
def test_a_certificate_for_another_host(authority: Authority, name: str) -> None:
    assert "is for another host name" in refusal(authority.certificate(name))


def test_a_certificate_of_an_unknown_authority(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    words = refusal(authority.certificate(HERE))
    assert "comes from an authority that this machine does not know" in words
    assert "SSL_CERT_FILE" in words


def test_a_self_signed_certificate(authority: Authority) -> None:
    assert "authority that this machine does not know" in refusal(authority.certificate(HERE, self_signed=True))


def test_a_port_that_speaks_no_tls(authority: Authority) -> None:
    words = refusal(None)
    assert words.startswith("127.0.0.1 does not answer by https at this port, so nothing was sent. Check the port")


def test_a_token_request_says_the_same(authority: Authority) -> None:
    expired = authority.certificate(HERE, -2 * DAY, -DAY)
    with answering(expired) as (port, _), pytest.raises(NotTrusted, match="has expired"):
        request_token(f"https://{HERE}:{port}", {}, plain_http=False)


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_cert_file_that_cannot_be_used_is_named(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "authorities.pem"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(InvalidSetting, match="SSL_CERT_FILE"), client(1) as asking:
        asking.get("clients", {}, bytes)


def test_it_is_unreachable_to_whoever_must_not_lose_a_write() -> None:
    assert issubclass(NotTrusted, Unreachable)
