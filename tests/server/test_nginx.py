"""The configuration of nginx in docs/operate.md, tried with a real one."""

import datetime as dt
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.docs.pages import ROOT, fences
from tests.server.board import Served, served
from tests.server.raw_http import Reply, read, request
from tests.support.install import Install
from tests.support.patience import until
from tests.support.serving import free_port

NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
NAME = "counterfoil.example.com"
FEW = 4
"""Connections of one address, fewer than documented so that the test can hold them."""
MAIN = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {ours}
}}
"""

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(
        NGINX is None and not os.environ.get("COUNTERFOIL_TEST_NGINX_REQUIRED"),
        reason="nginx is not installed (Debian: apt install nginx-light)",
    ),
]


@dataclass(frozen=True, slots=True)
class Front:
    """A running nginx before a served install."""

    plain: int
    secure: int
    behind: Served

    def fetch(self, sent: bytes) -> Reply:
        """Ask by https."""
        with self.connection() as made:
            made.sendall(sent.replace(b"Host: localhost", f"Host: {NAME}".encode()))
            return read(made)

    @contextmanager
    def connection(self, source: str = "127.0.0.1") -> Iterator[socket.socket]:
        """Connect by https, from an address of this machine."""
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        with (
            socket.create_connection(("127.0.0.1", self.secure), timeout=30, source_address=(source, 0)) as bare,
            trusting.wrap_socket(bare) as made,
        ):
            yield made


@pytest.fixture
def front(install: Install, tmp_path: Path) -> Iterator[Front]:
    install.environment |= {
        "COUNTERFOIL_ALLOWED_HOSTS": f"{NAME},localhost", "COUNTERFOIL_PROXIES": "127.0.0.1",
    }  # fmt: skip
    with served(install, customers=20) as behind:
        made = Front(free_port(), free_port(), behind)
        folder = tmp_path / "nginx"
        folder.mkdir()
        certify(folder)
        (block,) = [fence.text for fence in fences(ROOT / "docs" / "operate.md") if fence.language == "nginx"]
        for documented, here in (
            ("listen 80;", f"listen 127.0.0.1:{made.plain};"),
            ("listen 443 ssl;", f"listen 127.0.0.1:{made.secure} ssl;"),
            ("127.0.0.1:8000", f"127.0.0.1:{behind.port}"),
            ("/etc/ssl/counterfoil", str(folder)),
            ("limit_conn visitors 50;", f"limit_conn visitors {FEW};"),
        ):
            assert documented in block
            block = block.replace(documented, here)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user, ours=block))
        assert NGINX is not None, "COUNTERFOIL_TEST_NGINX_REQUIRED is set"
        process = subprocess.Popen(
            [NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            until(lambda: listens(made.secure) or process.poll() is not None)
            assert process.poll() is None, (folder / "error.log").read_text()
            yield made
        finally:
            process.terminate()
            process.wait(30)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def certify(folder: Path) -> None:
    """Make a certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def passes_pages_webhooks_and_exports(front: Front) -> None:
    with socket.create_connection(("127.0.0.1", front.plain), timeout=30) as bare:
        bare.sendall(request("GET", "/login/").replace(b"localhost", NAME.encode()))
        moved = read(bare)
    assert (moved.status, moved.header("location")) == (301, f"https://{NAME}/login/")
    assert front.fetch(request("GET", "/login/?next=/")).status == 200
    for in_chunks in (False, True):
        assert front.fetch(front.behind.signed(in_chunks=in_chunks)).body == b'{"status":"received"}'
    export = front.fetch(
        front.behind.export().replace(b"\r\n\r\n", f"\r\nReferer: https://{NAME}/\r\n\r\n".encode(), 1)
    )
    assert export.status == 200
    assert b"Firm 19" in export.body
    too_large = front.fetch(request("POST", "/login/", b"x", Content_Length=str(17 * 1024 * 1024)))
    assert too_large.status == 413


def keeps_one_address_from_shutting_out_others(front: Front) -> None:
    unfinished = request("POST", "/login/", b"x", Content_Length="100").replace(b"localhost", NAME.encode())
    with ExitStack() as stack:
        for _ in range(FEW):
            stack.enter_context(front.connection()).sendall(unfinished)
        assert front.fetch(request("GET", "/login/")).status == 503
        with front.connection("127.0.0.2") as other:
            other.sendall(request("GET", "/login/").replace(b"localhost", NAME.encode()))
            assert read(other).status == 200
        assert front.behind.webhook().status == 200


def names_visitors_that_cannot_name_themselves(front: Front) -> None:
    token = request("GET", "/login/")
    page = front.fetch(token)
    csrf = page.head.partition(b"csrftoken=")[2].partition(b";")[0].decode()
    body = f"csrfmiddlewaretoken={csrf}&username=boss&password=wrong".encode()
    sent = request(
        "POST", "/login/", body, Content_Type="application/x-www-form-urlencoded", Cookie=f"csrftoken={csrf}",
        Referer=f"https://{NAME}/login/", X_Forwarded_For="6.6.6.6",
    ).replace(b"localhost", NAME.encode())  # fmt: skip
    with front.connection("127.0.0.2") as other:
        other.sendall(sent)
        assert read(other).status == 200
    log = front.behind.log()
    assert b"127.0.0.2" in log
    assert b"6.6.6.6" not in log


def test_law_6_the_documented_proxy_serves_and_protects(front: Front) -> None:
    passes_pages_webhooks_and_exports(front)
    keeps_one_address_from_shutting_out_others(front)
    names_visitors_that_cannot_name_themselves(front)
