"""Requests that no browser sends are answered with a plain 400, never with an error of the server."""

import pytest
from django.test import Client

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def visitor() -> Client:
    """Answer an error of the server as a server would."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x" * 20),
        ("multipart/form-data; boundary=", b"x" * 20),
        ("multipart/form-data; boundary=\xff", b"x" * 20),
        (FORM, b"&".join(b"a%d=1" % number for number in range(2000))),
        (FORM, b"a=" + b"x" * 3_000_000),
    ],
)
def test_a_form_that_cannot_be_read_is_a_plain_400(visitor: Client, db: None, kind: str, body: bytes) -> None:
    assert visitor.generic("POST", "/login/", body, content_type=kind).status_code == 400


def test_a_query_with_thousands_of_fields_is_a_plain_400(visitor: Client, db: None) -> None:
    query = "&".join(f"a{number}=1" for number in range(2000))
    assert visitor.get(f"/login/?{query}").status_code == 400


@pytest.mark.parametrize(
    "cookie", ["sessionid=\x00; csrftoken=\xff", "counterfoil_browser=x:y:z", 'messages="x', "a" * 9000]
)
def test_damaged_cookies_are_no_login_and_no_error(visitor: Client, db: None, cookie: str) -> None:
    assert visitor.get("/login/", HTTP_COOKIE=cookie).status_code == 200
    assert visitor.get("/", HTTP_COOKIE=cookie).status_code == 302


def test_a_form_without_its_cookie_says_what_to_do() -> None:
    answer = Client(enforce_csrf_checks=True).post("/login/", {"username": "a", "password": "b"})
    assert answer.status_code == 403
    assert "Allow cookies for this address" in answer.content.decode()


def test_a_form_from_another_address_says_which_settings_to_check() -> None:
    answer = Client(enforce_csrf_checks=True).post("/login/", {}, HTTP_ORIGIN="https://localhost:8443")
    assert answer.status_code == 403
    assert "COUNTERFOIL_ALLOWED_HOSTS" in answer.content.decode()
