"""Requests in another encoding than UTF-8 are a plain 400, whatever Python would do with that encoding."""

import io
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.test.client import ClientHandler

from counterfoil.project.text_encoding import utf8_only

FORM = "application/x-www-form-urlencoded"
ODD = (
    *(
        f"charset={name}"
        for name in ("utf-7", "base64", "rot13", "undefined", "idna", "punycode", "hex", "utf-16")
    ),
    *(f"charset={name}" for name in ("latin-1", "nonsense", "x" * 5000, "a\x00b", '"utf-7"')),
    "charset*=utf-8''utf-7",
    "charset*=nonsense''utf-8",
    "CHARSET=utf-7",
    "a=" + "x" * 20_000,
)


def django(environ: Any, start_response: Any) -> list[bytes]:
    """Answer as Django does, and leave the test's database open."""
    start_response(f"{ClientHandler()(environ).status_code} .", [])
    return []


def status(method: str, path: str, kind: str, body: bytes = b"username=\xff") -> str:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "q=a%ff%00", "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body), "REMOTE_ADDR": "203.0.113.7",
    }  # fmt: skip
    setup_testing_defaults(environ)
    environ["HTTP_HOST"] = "localhost"
    seen: list[str] = []

    def start(line: str, *_: Any) -> Any:
        seen.append(line)

    utf8_only(django)(environ, start)
    return seen[0][:3]


@pytest.mark.parametrize("parameter", ODD)
def test_another_encoding_than_utf8_is_a_plain_400(db: None, parameter: str) -> None:
    for path in ("/login/", "/customers/", "/api/nothing/"):
        for method in ("GET", "POST"):
            assert status(method, path, f"{FORM}; {parameter}") == "400", (method, path)
    assert status("POST", "/login/", f"multipart/form-data; boundary=x; {parameter}") == "400"


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", '"utf-8"', "us-ascii", ""])
def test_utf8_by_any_of_its_names_is_no_error(db: None, charset: str) -> None:
    assert status("GET", "/login/", f"{FORM}; charset={charset}") == "200"
    assert status("POST", "/login/", f"{FORM}; charset={charset}") in {"400", "403"}


@pytest.mark.parametrize("parameter", ODD)
def test_a_webhook_is_verified_whatever_it_says_of_its_encoding(db: None, parameter: str) -> None:
    found = status("POST", "/api/webhooks/robaws/customers/1", f"application/json; {parameter}", b"{}")
    assert found in {"401", "429"}
