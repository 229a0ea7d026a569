"""Functions that call a simulated Zoho Books."""

import ssl
from typing import Any

import httpx2

from counterfoil_simulators.zoho_books import ZohoBooksSimulator

type Row = dict[str, Any]

NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Loading the authorities of the world would cost more than many requests over plain HTTP."""


def send(method: str, url: str, **parts: Any) -> httpx2.Response:
    """Send one request without a token."""
    return httpx2.request(method, url, verify=NO_AUTHORITIES, **parts)


def refreshed(sim: ZohoBooksSimulator, accounts_url: str | None = None, **other: str) -> httpx2.Response:
    """Request a refresh with the simulator's credentials, or with some of them replaced."""
    form = {
        "grant_type": "refresh_token",
        "client_id": sim.client_id,
        "client_secret": sim.client_secret,
        "refresh_token": sim.refresh_token,
    }
    return send("POST", (accounts_url or sim.accounts_url) + "/oauth/v2/token", data=form | other)


def access_token(sim: ZohoBooksSimulator, **other: str) -> str:
    """Request a new access token."""
    return str(refreshed(sim, **other).json()["access_token"])


def client_of(sim: ZohoBooksSimulator, organization: str | None = None, **other: str) -> httpx2.Client:
    """Make an HTTP client with a token, for one organisation, by default the first."""
    return httpx2.Client(
        base_url=sim.base_url,
        headers={"authorization": f"Zoho-oauthtoken {access_token(sim, **other)}"},
        params={"organization_id": organization or sim.organization_ids[0]},
        timeout=10,
        verify=NO_AUTHORITIES,
    )


def page(api: httpx2.Client, path: str, **query: str | int) -> Row:
    """Read one page of a list."""
    answer = api.get(path, params=query)
    assert answer.status_code == 200, answer.text
    body: Row = answer.json()
    assert body["code"] == 0
    return body


def contacts(api: httpx2.Client, **query: str | int) -> list[Row]:
    """Read the contacts of one page."""
    rows: list[Row] = page(api, "/contacts", **query)["contacts"]
    return rows


def invoices(api: httpx2.Client, **query: str | int) -> list[Row]:
    """Read the invoices of one page."""
    rows: list[Row] = page(api, "/invoices", **query)["invoices"]
    return rows


def ids(rows: list[Row]) -> list[str]:
    """List the ids of contacts or of invoices."""
    return [row.get("contact_id") or row["invoice_id"] for row in rows]


def failure(answer: httpx2.Response) -> tuple[int, int]:
    """Return HTTP status and Zoho's code."""
    return answer.status_code, answer.json()["code"]
