"""What anybody can send to the front door, each a line of the board."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import psycopg

from tests.server.board import ATTACKS, Served, attack
from tests.server.furnish import HOOK
from tests.server.raw_http import fetch, hold, request
from tests.support.install import Install

__all__ = ["ATTACKS"]


@attack("8 bodies that never end, to webhooks", before="none in 30 s, for ever")
def eight_webhooks(target: Served) -> Iterator[None]:
    with hold(target.port, 8, request("POST", HOOK, b"x", Content_Length="100")):
        yield


@attack("8 bodies that never end, to /login/", before="none in 30 s, for ever")
def eight_logins(target: Served) -> Iterator[None]:
    cookie = f"csrftoken={'a' * 32}"  # without it, it is refused unread
    with hold(target.port, 8, request("POST", "/login/", b"x", Content_Length="100", Cookie=cookie)):
        yield


@attack("200 bodies that never end", before="none in 30 s, for ever")
def many_bodies(target: Served) -> Iterator[None]:
    with hold(target.port, 200, request("POST", HOOK, b"x", Content_Length="100")):
        yield


@attack("8 exports at once, read", before="page in 18 s")
def exports(target: Served) -> Iterator[None]:
    readers = [threading.Thread(target=fetch, args=(target.port, target.export())) for _ in range(8)]
    for reader in readers:
        reader.start()
    yield
    for reader in readers:
        reader.join()


@attack("8 exports that nobody reads", before="none in 30 s, for ever")
def unread_exports(target: Served) -> Iterator[None]:
    with hold(target.port, 8, target.export(), unread=True):
        yield


@attack("200 bodies, 8 unread exports, 50 idle connections", before="none in 30 s, for ever")
def all_of_them(target: Served) -> Iterator[None]:
    with (
        hold(target.port, 200, request("POST", HOOK, b"x", Content_Length="100")),
        hold(target.port, 8, target.export(), unread=True),
        hold(target.port, 50, b""),
    ):
        yield


@attack("2,100 idle connections", before="none in 30 s")
def idle(target: Served) -> Iterator[None]:
    with hold(target.port, 2_100, b""):
        yield


@attack("300 connections with half a header", before="answered")
def half_headers(target: Served) -> Iterator[None]:
    with hold(target.port, 300, b"GET / HTTP/1.1\r\nX: "):
        yield


@attack("100 files that nobody reads", before="answered")
def unread_pages(target: Served) -> Iterator[None]:
    with hold(target.port, 100, request("GET", "/static/unfold/css/styles.css"), unread=True):
        yield


@attack("50,000 requests sent ahead on one connection", before="answered")
def ahead(target: Served) -> Iterator[None]:
    with hold(target.port, 1, request("GET", "/login/") * 50_000):
        yield


@attack("300 bodies announced with 10 GB", before="answered")
def huge(target: Served) -> Iterator[None]:
    with hold(target.port, 300, request("POST", HOOK, b"x", Content_Length="9999999999")):
        yield


@attack("1,000 requests for another host", before="answered")
def other_hosts(target: Served) -> Iterator[None]:
    for _ in range(1_000):
        fetch(target.port, request("GET", "/login/").replace(b"localhost", b"evil.example"))
    yield


@attack("1,000 unsigned webhooks", before="answered")
def unsigned(target: Served) -> Iterator[None]:
    for _ in range(1_000):
        fetch(target.port, request("POST", HOOK, b"{}"))
    yield


@attack("14 webhooks while the database is locked", before="none in 29 s", webhook=503)
def locked(target: Served) -> Iterator[None]:
    with _locked(target.install), ExitStack() as stack:
        for _ in range(14):
            stack.enter_context(hold(target.port, 1, target.signed()))
        yield


@contextmanager
def _locked(install: Install) -> Iterator[None]:
    if install.dsn:
        with psycopg.connect(install.dsn) as connection:
            connection.execute("LOCK TABLE counterfoil_delivery")
            yield
        return
    with closing(sqlite3.connect(install.folder / "counterfoil.sqlite3")) as connection_:
        connection_.execute("BEGIN IMMEDIATE")
        yield
