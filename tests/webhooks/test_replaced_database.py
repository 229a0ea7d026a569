"""Law 6 when a backup is restored under a running `serve`: no webhook is answered 200 and gone."""

import hashlib
import hmac
import http.client
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.cli.test_background import answers, free_port, until
from tests.support.install import Install

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="a PostgreSQL looks after its files"),
]
FILE = "counterfoil.sqlite3"


def post(port: int, event: str) -> int:
    """Post a webhook as Robaws does. Returns the status, 0 where nothing listens any more."""
    body = json.dumps({"id": event, "event": "client.updated", "data": {"id": "7"}}).encode()
    now = str(int(time.time()))
    made = hmac.new(b"secret", now.encode() + b"." + body, hashlib.sha256).hexdigest()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        try:
            connection.request(
                "POST", "/api/webhooks/robaws/customers", body, {"Robaws-Signature": f"t={now},v1={made}"}
            )
            return connection.getresponse().status
        except ConnectionError:
            return 0


def restore(folder: Path) -> None:
    for file in folder.glob(f"{FILE}*"):
        file.unlink()
    shutil.copy(folder / "backup", folder / FILE)


@pytest.mark.parametrize(
    ("fault", "is_kept"), [(restore, False), (lambda folder: (folder / f"{FILE}-wal").unlink(), True)]
)
def test_law_6_no_webhook_is_answered_200_and_gone_where_the_file_was_replaced(
    install: Install, sim: RobawsSimulator, fault: Callable[[Path], object], is_kept: bool
) -> None:
    port = free_port()
    install.connect(sim)
    install.environment["COUNTERFOIL_WEBHOOK_SECRET"] = "secret"
    url = f"http://127.0.0.1:{port}/api/webhooks/robaws/customers"
    assert install.run("webhooks", "accept", "acme", "--url", url).returncode == 0
    with closing(sqlite3.connect(install.folder / FILE)) as opened:
        opened.execute("VACUUM INTO ?", [str(install.folder / "backup")])
    server = install.start("serve", "--port", str(port))
    try:
        until(lambda: answers(port))
        until(lambda: post(port, "before") == 200)
        fault(install.folder)
        after = [post(port, f"after-{number}") for number in range(5)]
        assert set(after) <= {503, 0}
        assert after[0] == 503
        _, error = server.communicate(timeout=30)
    finally:
        server.kill()
    assert "was replaced, moved or deleted while Counterfoil was using it" in error
    assert "Traceback" not in error
    assert server.returncode != 0
    kept = {event for (event,) in install.sql("SELECT event_id FROM counterfoil_delivery")}
    assert ("before" in kept) == is_kept
    assert install.sql("PRAGMA integrity_check") == [("ok",)]
