"""Functions that call a simulated Robaws."""

from typing import Any

import httpx2

from counterfoil_simulators.robaws import RobawsSimulator

MERGE_PATCH = {"content-type": "application/merge-patch+json"}


def client_of(sim: RobawsSimulator) -> httpx2.Client:
    """Make an HTTP client with the simulator's credentials."""
    return httpx2.Client(base_url=sim.base_url, auth=(sim.api_key, sim.api_secret), timeout=10)


def page(api: httpx2.Client, **query: str | int) -> dict[str, Any]:
    """Read one page of clients."""
    answer = api.get("/clients", params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def ids(body: dict[str, Any]) -> list[str]:
    """List the ids in a page."""
    return [item["id"] for item in body["items"]]


def merge_patch(api: httpx2.Client, path: str, content: str) -> httpx2.Response:
    """PATCH with the merge-patch content type."""
    return api.patch(path, content=content, headers=MERGE_PATCH)
