"""The writes that a test sees, and the interjections around them, for both simulators."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.simulators import asking
from tests.simulators.zoho_books import asking as zoho_asking


@dataclass
class Upstream:
    """A simulator, with the calls to write and to edit a record."""

    control: Any
    api: httpx2.Client
    other: httpx2.Client
    record: str
    method: str
    change: str
    body: dict[str, Any]
    read: Callable[[], dict[str, Any]]
    count: Callable[[], int]
    creation: dict[str, Any]

    @property
    def path(self) -> str:
        """The path of the record, below the API."""
        return f"{self.collection}/{self.record}"

    @property
    def collection(self) -> str:
        """The path of all records."""
        return "/clients" if self.method == "PATCH" else "/contacts"

    def write(self, api: httpx2.Client | None = None) -> httpx2.Response:
        """Write the website."""
        kind = asking.MERGE_PATCH if self.method == "PATCH" else {}
        return (api or self.api).request(self.method, self.path, json=self.body, headers=kind)

    def create(self) -> httpx2.Response:
        """Make another record."""
        return self.api.post(self.collection, json=self.creation)


@pytest.fixture(params=["robaws", "zoho_books"])
def upstream(request: pytest.FixtureRequest) -> Iterator[Upstream]:
    """Start either simulator, with a record named Before."""
    if request.param == "robaws":
        with RobawsSimulator(customers=3, rate=None) as sim, asking.client_of(sim) as api:
            [record] = sim.control.add(fields={"name": "Before"})
            with asking.client_of(sim) as other:
                yield Upstream(
                    sim.control, api, other, record, "PATCH", "change", {"website": "ours.example"},
                    lambda: sim.control.client(record), sim.control.count, {"name": "New"},
                )  # fmt: skip
        return
    with ZohoBooksSimulator(contacts=3, rate=None) as zoho, zoho_asking.client_of(zoho) as api:
        [record] = zoho.control.add_contact(fields={"contact_name": "Before"})
        with zoho_asking.client_of(zoho) as other:
            yield Upstream(
                zoho.control, api, other, record, "PUT", "change_contact", {"website": "ours.example"},
                lambda: zoho.control.contact(record), lambda: len(zoho.control.contact_ids()),
                {"contact_name": "New"},
            )  # fmt: skip


def test_writes_are_listed_with_what_was_sent_and_what_came_of_it(upstream: Upstream) -> None:
    upstream.api.get(upstream.path)
    upstream.write()
    upstream.api.post(upstream.collection, json={}, headers={"Idempotency-Key": "k"})
    written, refused = upstream.control.writes()
    assert (written["method"], written["path"], written["body"]) == (upstream.method, upstream.path, upstream.body)
    assert (written["carried_out"], written["idempotency_key"]) == (True, None)
    assert len(written["content_type"]) == 1
    assert (refused["method"], refused["path"], refused["status"]) == ("POST", upstream.collection, 400)
    assert (refused["carried_out"], refused["idempotency_key"]) == (False, "k")
    upstream.control.reset_stats()
    assert upstream.control.writes() == []


def test_bodies_that_are_no_json_are_listed_as_text(upstream: Upstream) -> None:
    upstream.api.post(upstream.collection, content=b"{", headers={"content-type": "application/json"})
    upstream.api.post(upstream.collection)
    assert [write["body"] for write in upstream.control.writes()] == ["{", None]


def test_an_edit_is_made_between_what_was_read_and_the_write(upstream: Upstream) -> None:
    upstream.control.hold(method=upstream.method, before=True)
    with ThreadPoolExecutor() as pool:
        held = pool.submit(upstream.write, upstream.other)
        assert upstream.control.wait_held(1)
        getattr(upstream.control, upstream.change)(upstream.record, fields=_renamed(upstream, "Theirs"))
        assert upstream.read()["website"] != "ours.example", "nothing is written yet"
        assert _name(upstream.api.get(upstream.path).json()) == "Theirs", "reading is not held"
        upstream.control.release()
        assert held.result().status_code < 300
    assert (_name(upstream.read()), upstream.read()["website"]) == ("Theirs", "ours.example")


def test_an_edit_is_made_after_the_write_and_before_its_answer(upstream: Upstream) -> None:
    upstream.control.hold(method=upstream.method)
    with ThreadPoolExecutor() as pool:
        held = pool.submit(upstream.write, upstream.other)
        assert upstream.control.wait_held(1)
        assert upstream.read()["website"] == "ours.example"
        getattr(upstream.control, upstream.change)(upstream.record, fields={"website": "theirs.example"})
        upstream.control.release()
        assert held.result().status_code < 300
    assert upstream.read()["website"] == "theirs.example"


@pytest.mark.parametrize(("after", "website"), [(False, "ours.example"), (True, "theirs.example")])
def test_an_edit_can_be_ordered_beforehand(upstream: Upstream, *, after: bool, website: str) -> None:
    edit = {"ids": upstream.record, "fields": {"website": "theirs.example"}}
    upstream.control.interject(upstream.change, edit, method=upstream.method, after=after)
    upstream.api.get(upstream.path)
    assert upstream.read()["website"] != "theirs.example"
    upstream.write()
    assert upstream.read()["website"] == website
    upstream.write()
    assert upstream.read()["website"] == "ours.example", "it happens once"
    with pytest.raises(ValueError, match="unknown method"):
        upstream.control.interject("nonsense")


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "dropped", "at": "start"},
        {"kind": "timeout", "seconds": 0.0},
        {"kind": "html_error"},
        {"kind": "server_error"},
    ],
)
def test_the_answer_of_a_write_is_lost_after_it_was_carried_out_or_without(
    upstream: Upstream, fault: dict[str, Any], *, after: bool
) -> None:
    before = upstream.count()
    upstream.control.fault(method="POST", times=1, after=after, **fault)
    with suppress(httpx2.TransportError):
        assert upstream.create().status_code >= 500
    assert upstream.count() == before + after
    assert [write["carried_out"] for write in upstream.control.writes()] == [after]


def test_an_answer_without_a_body_can_be_cut_off_too(upstream: Upstream) -> None:
    upstream.control.fault("dropped", method=upstream.method, times=1)
    with pytest.raises(httpx2.TransportError):
        upstream.write()
    assert upstream.read()["website"] == "ours.example"


def _name(found: dict[str, Any]) -> Any:
    record = found.get("contact", found)
    return record.get("name", record.get("contact_name"))


def _renamed(upstream: Upstream, name: str) -> dict[str, Any]:
    return {"name" if upstream.method == "PATCH" else "contact_name": name}
