"""Contact persons of Robaws: listed with their clients, one call per 100 clients (contract 2.4, 2.6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from counterfoil.connectors.page import ReadOutcome
from counterfoil.connectors.port import ListedWithParent
from counterfoil.errors import NotAllowed
from tests.connectors.robaws.tenant import Tenant


def test_one_call_lists_the_persons_of_100_clients(tenant: Tenant) -> None:
    found = tenant.listed()
    assert found.evidence.complete, found.evidence.reason
    assert found.ids == tenant.ids()
    assert tenant.notes.drawn == 3
    asked = [request["query"] for request in tenant.sim.control.requests()]
    assert asked == [{"include": "contacts", "page": str(page), "size": "100"} for page in range(3)]


def test_a_person_has_its_client_and_the_modified_time_of_it(tenant: Tenant) -> None:
    (owner,) = tenant.sim.control.add()
    person = tenant.sim.control.add_contact(owner, {"name": "Ada", "surname": "Byron"})
    (item,) = (item for item in tenant.listed().items if item.external_id == person)
    changed = datetime.fromisoformat(tenant.sim.control.client(owner)["updatedAt"])
    assert (item.owner, item.modified) == (owner, changed)


@pytest.mark.parametrize(
    "switches",
    [
        {"included_contacts": "envelope"},
        {"no_contacts": "null"},
        {"contacts_name_client": False},
        {"timestamp_style": "offset"},
    ],
)
def test_every_shape_lists_persons_with_their_client(tenant: Tenant, switches: dict[str, Any]) -> None:
    tenant.sim.control.switch(**switches)
    found = tenant.listed()
    assert found.evidence.complete, found.evidence.reason
    assert found.ids == tenant.ids()
    assert all(orjson.loads(item.raw)["clientId"] == item.owner for item in found.items)


@pytest.mark.parametrize("shape", ["envelope", "array"])
def test_a_list_that_ignores_the_include_is_followed_by_the_list_of_all_persons(
    tenant: Tenant, shape: str
) -> None:
    tenant.sim.control.switch(included_contacts="ignored", contact_list_shape=shape)
    found = tenant.listed()
    assert found.evidence.complete, found.evidence.reason
    assert found.ids == tenant.ids()
    asked = [request["path"].rpartition("/")[2] for request in tenant.sim.control.requests()]
    assert (asked[0], set(asked[1:])) == ("clients", {"contacts"})
    assert all(item.modified is None and b'"client":' not in item.raw for item in found.items)


def test_without_any_list_of_persons_the_key_lacks_a_right(tenant: Tenant) -> None:
    tenant.sim.control.switch(included_contacts="ignored", root_contacts="404")
    with pytest.raises(NotAllowed, match="refuses the list of contact persons too"):
        tenant.listed()


def test_the_persons_of_one_client_come_from_its_own_list_where_it_comes_without(tenant: Tenant) -> None:
    (owner,) = tenant.sim.control.add()
    person = tenant.sim.control.add_contact(owner, {"name": "Ada"})
    tenant.sim.control.switch(included_contacts="ignored")
    assert isinstance(tenant.persons, ListedWithParent)
    page = tenant.persons.fetch_owned(owner)
    assert ([item.external_id for item in page.items], page.last) == ([person], True)


def test_changes_are_listed_by_the_clients_modified_time(tenant: Tenant) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    changed = tenant.sim.control.change(n=5)
    for owner in changed:
        tenant.sim.control.add_contact(owner)
    found = tenant.listed(since=since)
    assert found.evidence.complete, found.evidence.reason
    assert found.ids == tenant.ids(changed)
    (page,) = found.pages
    assert len(page.other_modified) == 5
    assert min(page.other_modified) >= since


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "wrong_total"}, "announced 249 clients but listed 250"),
        ({"kind": "wrong_total", "page": 1}, "The total changed between 249 and 250"),
        ({"kind": "short_page", "page": 1, "count": 2}, "announced 250 clients but listed 248"),
        ({"kind": "empty_page", "page": 1}, "announced 250 clients but listed 100"),
        ({"kind": "drift_delete", "page": 0, "times": 1}, "The total changed between 249 and 250"),
    ],
)
def test_a_listing_without_all_clients_proves_nothing(tenant: Tenant, fault: dict[str, Any], reason: str) -> None:
    tenant.sim.control.fault(path="/clients", **fault)
    evidence = tenant.listed().evidence
    assert not evidence.complete
    assert evidence.again
    assert reason in evidence.reason


def test_an_unreadable_entry_is_collected_and_stops_no_other(tenant: Tenant) -> None:
    victim = tenant.sim.control.ids()[3]
    tenant.sim.control.fault("garbage", path="/clients", client=victim, shape="no_id")
    found = tenant.listed()
    assert found.evidence.complete, found.evidence.reason
    assert found.ids == tenant.ids() - tenant.ids([victim])
    ((bad,),) = (page.bad for page in found.pages if page.bad)
    assert "no id" in bad.reason


def test_a_person_is_read_through_its_client(tenant: Tenant) -> None:
    owner, other = tenant.sim.control.ids()[:2]
    person, gone = tenant.sim.control.add_contact(owner), tenant.sim.control.add_contact(owner)
    tenant.sim.control.delete_contact(gone)
    owners = {person: owner, gone: owner, "1": "987654"}
    reads = {read.external_id: read for read in tenant.persons.read([person, gone, "1"], owners)}
    assert {key: read.answer for key, read in reads.items()} == {
        person: ReadOutcome.FOUND, gone: ReadOutcome.GONE, "1": ReadOutcome.GONE
    }  # fmt: skip
    (read,) = tenant.persons.read([person], {person: other})
    assert read.answer == ReadOutcome.GONE
    item = reads[person].item
    assert item is not None
    assert (item.owner, item.modified) == (owner, None), "its own times are not its client's"


def test_only_the_api_itself_says_that_a_person_is_gone(tenant: Tenant) -> None:
    """Law 3."""
    owner = tenant.sim.control.ids()[0]
    person = tenant.sim.control.add_contact(owner)
    tenant.sim.control.fault("interstitial", path=f"/clients/{owner}/contacts/{person}")
    (read,) = tenant.persons.read([person], {person: owner})
    assert read.answer == ReadOutcome.UNCLEAR


def test_a_person_of_an_unknown_client_costs_no_call(tenant: Tenant) -> None:
    (read,) = tenant.persons.read(["5"])
    assert read.answer == ReadOutcome.UNCLEAR
    assert "only be read through its customer" in read.reason
    assert tenant.notes.drawn == 0


def test_the_persons_of_one_client_have_the_shape_of_the_list(tenant: Tenant) -> None:
    (owner,) = tenant.sim.control.add()
    person = tenant.sim.control.add_contact(owner, {"name": "Ada"})
    assert isinstance(tenant.persons, ListedWithParent)
    alone = tenant.persons.fetch_owned(owner)
    (listed,) = (item for item in tenant.listed().items if item.external_id == person)
    assert (list(alone.items), alone.last) == ([listed], True)
    tenant.sim.control.delete(owner)
    gone = tenant.persons.fetch_owned(owner)
    assert (gone.items, gone.last) == ([], False), "of one who is not there nothing is concluded"
