"""The console behind a proxy, over real HTTP: everybody by https, and each visitor by his own address."""

import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.console import serving
from tests.support.install import Install
from tests.support.patience import until

PROXY, VISITOR = "127.0.0.1", "127.0.0.9"
"""Addresses of this machine. Only the proxy's is listed."""
SECOND = "203.0.113.9"
NGINX = """
daemon off;
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{
    listen {host}:{port};
    location / {{
      proxy_pass {behind};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto https;
    }}
  }}
}}
"""


@contextmanager
def nginx(folder: Path, behind: str) -> Iterator[str]:
    with socket.create_server((PROXY, 0)) as probe:
        port = probe.getsockname()[1]
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, host=PROXY, port=port, behind=behind))
    process = subprocess.Popen(["nginx", "-c", config, "-e", "stderr"], stderr=subprocess.PIPE)
    try:
        until(lambda: _listens(port))
        yield f"http://{PROXY}:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((PROXY, port)) == 0


@contextmanager
def forwarding(_: Path, behind: str) -> Iterator[str]:
    """Pass requests on as nginx does, where there is none."""

    class Forward(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Pass the request on."""
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            before = f"{given}, " if (given := self.headers.get("X-Forwarded-For")) else ""
            headers = {**self.headers, "X-Forwarded-For": f"{before}{self.client_address[0]}"}
            headers |= {"X-Forwarded-Proto": "https", "Connection": "close"}
            answer = httpx2.request(self.command, behind + self.path, content=sent, headers=headers, timeout=30)
            self.send_response(answer.status_code)
            for name, value in answer.headers.multi_items():
                if name not in {"content-encoding", "transfer-encoding", "content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((PROXY, 0), Forward) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://{PROXY}:{server.server_port}"
        server.shutdown()
        thread.join()


def coming_from(address: str) -> httpx2.Client:
    return httpx2.Client(transport=httpx2.HTTPTransport(local_address=address), timeout=30)


@pytest.mark.once
def test_the_console_behind_a_proxy(install: Install, tmp_path: Path) -> None:
    install.environment |= {"COUNTERFOIL_HTTPS": "1", "COUNTERFOIL_PROXIES": PROXY}
    front = nginx if shutil.which("nginx") else forwarding
    with serving(install) as behind, front(tmp_path, behind) as url, coming_from(VISITOR) as visitor:
        page = visitor.get(f"{url}/login/", headers={"X-Forwarded-Proto": "http"})
        assert page.status_code == 200
        assert page.headers["strict-transport-security"] == "max-age=31536000"
        token = page.text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        form = {"username": "boss", "password": "wrong", "csrfmiddlewaretoken": token}
        headers = {
            "Cookie": f"csrftoken={page.cookies['csrftoken']}",
            "X-Forwarded-For": "6.6.6.6",
            "Host": "localhost",
            "Referer": "https://localhost/login/",
        }
        assert visitor.post(f"{url}/login/", data=form, headers=headers).status_code == 200
        twice = [
            *headers.items(),
            ("X-Forwarded-For", SECOND),
            ("X-Forwarded-Proto", "https"),
        ]  # as HAProxy adds it
        with coming_from(PROXY) as proxy:
            assert proxy.post(f"{behind}/login/", data=form, headers=twice).status_code == 200
        direct = visitor.get(f"{behind}/login/", headers={"X-Forwarded-Proto": "https"})
        assert direct.status_code == 301
        assert direct.headers["location"].startswith("https://127.0.0.1:")
        refused = visitor.post(f"{behind}/api/webhooks/robaws/customers/1", json={})
        assert refused.status_code == 401
    lines = [json.loads(line) for line in (install.folder / "logs" / "counterfoil.log").read_text().splitlines()]
    assert [line["address"] for line in lines if line["event"] == "login failed"] == [VISITOR, SECOND]
