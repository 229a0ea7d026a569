"""Behind a proxy with a certificate: everybody comes by https, and addresses are the visitors' own."""

from ipaddress import ip_network
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.auth.models import User
from django.test import Client
from structlog.testing import capture_logs

from counterfoil.login import hasher

PROXY, VISITOR = "10.0.3.7", "203.0.113.9"
BY_HTTPS = {"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": VISITOR}


@pytest.fixture(autouse=True)
def _https(settings: Any) -> None:
    """Set what COUNTERFOIL_HTTPS=1 sets, with one listed proxy."""
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 365 * 86_400
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.COUNTERFOIL_PROXIES = [ip_network(PROXY)]


def test_http_is_redirected_to_https(client: Client) -> None:
    answer = client.get("/customers/?q=a", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_PROTO="http")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/customers/?q=a")


def test_a_visitor_by_https_is_told_to_stay_there(client: Client, db: None) -> None:
    answer = client.get("/login/", **BY_HTTPS)  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert answer["Strict-Transport-Security"] == "max-age=31536000"
    assert answer.cookies["csrftoken"]["secure"]


def test_cookies_of_a_login_go_by_https_only(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hasher.PasswordHasher, "iterations", 1)
    User.objects.create_superuser("boss", password="open sesame, please")
    answer = client.post("/login/", {"username": "boss", "password": "open sesame, please"}, **BY_HTTPS)  # type: ignore[arg-type]
    assert answer.status_code == 302
    assert {name: bool(cookie["secure"]) for name, cookie in answer.cookies.items()} == {
        "sessionid": True, "csrftoken": True, "counterfoil_browser": True,
    }  # fmt: skip


@pytest.mark.parametrize("scheme", ["https, http", "httpsx", "", "http"])
def test_only_the_nearest_proxys_word_for_https_counts(client: Client, scheme: str) -> None:
    assert client.get("/", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_PROTO=scheme).status_code == 301


def test_a_stranger_that_claims_https_is_redirected(client: Client) -> None:
    answer = client.get("/", REMOTE_ADDR=VISITOR, HTTP_X_FORWARDED_PROTO="https")
    assert answer.status_code == 301
    assert "Strict-Transport-Security" not in answer


def test_webhooks_are_never_redirected(client: Client, db: None) -> None:
    answer = client.post("/api/webhooks/robaws/customers/1", b"{}", "application/json", REMOTE_ADDR=PROXY)
    assert answer.status_code == 401


def test_a_failed_login_is_logged_with_the_visitors_own_address(client: Client, db: None) -> None:
    sent = {"username": "boss", "password": "wrong"}
    with capture_logs() as lines:
        client.post("/login/", sent, **{**BY_HTTPS, "HTTP_X_FORWARDED_FOR": f"6.6.6.6, {VISITOR}"})  # type: ignore[arg-type]
        client.post("/login/", sent, REMOTE_ADDR=VISITOR, HTTP_X_FORWARDED_FOR="6.6.6.6", secure=True)
    assert [line["address"] for line in lines] == [VISITOR, VISITOR]


def test_visitors_behind_one_proxy_have_counts_of_their_own(client: Client, db: None) -> None:
    def attempt(address: str) -> int:
        sent = {"username": "boss", "password": "wrong"}
        return client.post("/login/", sent, **{**BY_HTTPS, "HTTP_X_FORWARDED_FOR": address}).status_code  # type: ignore[arg-type]

    assert [attempt(VISITOR) for _ in range(6)] == [200] * 5 + [429]
    assert attempt("203.0.113.10") == 200


def test_the_proxies_come_before_everything_else() -> None:
    assert project.MIDDLEWARE[0] == "counterfoil.project.proxies.believe_listed_proxies"
