"""An answer takes little memory, whatever it becomes when it is decompressed and decoded."""

import json
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

MEGABYTE = 2**20
MOST = 260
"""Megabytes of memory, interpreter included, that reading an answer of any shape may take."""

READ = """
import re, sys
from counterfoil.connectors.http.client import HttpClient, Retries
from counterfoil.connectors.http.error_rules import KeyAndSecret
from counterfoil.connectors.robaws.clients import Clients
from counterfoil.connectors.robaws.error_rules import RobawsErrorRules
from counterfoil.connectors.page import PageRequest
from counterfoil.errors import CounterfoilError
from tests.support.upstream import Notes

client = HttpClient(sys.argv[1], KeyAndSecret("a", "b"), Notes(), RobawsErrorRules(), Retries(attempts=1))
try:
    page = Clients(client).fetch(PageRequest(number=0, size=100))
    print(len(page.items), len(page.bad))
except CounterfoilError as error:
    print(type(error).__name__, error.message)
print(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1])
"""

RECORD = b'{"id":"1","name":"Garage Peeters"}'


def packed(parts: Iterator[bytes] | Sequence[bytes], wbits: int = 31) -> bytes:
    """Compress parts as one stream: of gzip, or as `wbits` says."""
    packer = zlib.compressobj(1, wbits=wbits)
    return b"".join([*(packer.compress(part) for part in parts), packer.flush()])


def listing(filler: bytes, megabytes: int, record: bytes = RECORD) -> Iterator[bytes]:
    """Yield a list whose entries begin with so many megabytes of `filler`."""
    yield b'{"totalItems":1,"items":['
    for _ in range(megabytes):
        yield filler * (MEGABYTE // len(filler))
    yield record + b"]}"


def read(body: bytes, encoding: str) -> tuple[str, int]:
    """Fetch a page that is answered with `body` in a process of its own. Returns the outcome, and megabytes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Encoding", encoding)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        command = [sys.executable, "-c", READ, f"http://127.0.0.1:{server.server_port}/"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        server.shutdown()
    outcome, kilobytes = done.stdout.splitlines()
    return outcome, int(kilobytes) >> 10


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip"])
def test_a_megabyte_that_unpacks_to_hundreds_takes_little_memory(encoding: str) -> None:
    body = packed(listing(b" ", 128), wbits=15 if encoding == "deflate" else 31)
    outcome, megabytes = read(packed([body]) if encoding == "gzip, gzip" else body, encoding)
    assert len(body) < MEGABYTE
    assert outcome.startswith("ResponseTooLarge The answer of 127.0.0.1 is too large: more than 32 MB.")
    assert megabytes < MOST


@pytest.mark.parametrize("filler", [b"{},", b"[],", b"1,", b'{"a":[0]},'])
def test_an_answer_of_more_entries_than_any_page_takes_little_memory(filler: bytes) -> None:
    outcome, megabytes = read(packed(listing(filler, 12)), "gzip")
    assert outcome.startswith("ResponseTooLarge The answer of 127.0.0.1 is too large: more than 1,000,000 values.")
    assert megabytes < MOST


def test_what_follows_the_end_of_a_compressed_stream_is_not_kept() -> None:
    outcome, megabytes = read(packed([b"{}"]) + bytes(64 * MEGABYTE), "gzip")
    assert outcome.startswith("ResponseTooLarge")
    assert megabytes < MOST


def test_a_large_page_of_large_records_is_read() -> None:
    record = json.dumps({"id": "1", "name": "Garage Peeters", "notes": "a, [b] {c} " * 10_000}).encode()
    page = b'{"totalItems":100,"items":[' + b",".join([record] * 100) + b"]}"
    assert len(page) > 10 * MEGABYTE
    outcome, _ = read(packed([page]), "gzip")
    assert outcome == "100 0"
