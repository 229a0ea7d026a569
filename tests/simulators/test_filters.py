"""Contract sections 2.2 and 2.3: sort and filters."""

import httpx2
import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.simulators.asking import ids, page


def test_sort_takes_fields_with_a_colon_and_direction(api: httpx2.Client) -> None:
    names = [item["name"].casefold() for item in page(api, size=100, sort="name:asc")["items"]]
    assert names == sorted(names)
    assert ids(page(api, size=100, sort="id:desc")) == sorted(ids(page(api, size=100)), key=int, reverse=True)


def test_sort_by_several_fields(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.change(sim.control.ids(), fields={"status": "actief"})
    assert ids(page(api, size=100, sort="status:asc,id:desc")) == ids(page(api, size=100, sort="id:desc"))


@pytest.mark.parametrize("sort", ["updatedAt,desc", "nothing:asc", "name:up"])
def test_spring_style_and_unknown_sorts_are_400(api: httpx2.Client, sort: str) -> None:
    assert api.get("/clients", params={"sort": sort}).status_code == 400


def test_unstable_sort_orders_ties_differently_each_time(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.change(sim.control.ids(), fields={"status": "actief"})
    sim.control.switch(unstable_sort=True)
    assert len({tuple(ids(page(api, size=100, sort="status:asc"))) for _ in range(5)}) > 1


def test_updated_from_is_inclusive(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.clock_freeze("2026-03-01T10:00:00.500Z")
    [changed] = sim.control.change(n=1)
    assert ids(page(api, updatedFrom="2026-03-01T10:00:00.500Z")) == [changed]
    assert ids(page(api, updatedFrom="2026-03-01T11:00:00.500+01:00")) == [changed]
    assert page(api, updatedFrom="2026-03-01T10:00:00.501Z")["totalItems"] == 0


@pytest.mark.parametrize("value", ["2026-04-18", "yesterday", "2026-04-18T10:00:00", ""])
def test_updated_from_that_is_no_instant_is_400(api: httpx2.Client, value: str) -> None:
    assert api.get("/clients", params={"updatedFrom": value}).status_code == 400


def test_updated_from_can_be_ignored_by_switch(sim: RobawsSimulator, api: httpx2.Client) -> None:
    sim.control.switch(ignore_updated_from=True)
    assert page(api, updatedFrom="2099-01-01T00:00:00Z")["totalItems"] == 25


def test_extra_fields_filter_by_text_and_boolean(sim: RobawsSimulator, api: httpx2.Client) -> None:
    [one, other] = sim.control.add(2, {"extraFields": {"Role": "EMBASSY", "WhatsApp": True}})
    assert ids(page(api, **{"extraFields[Role]": "EMBASSY"})) == [one, other]
    sim.control.change(one, fields={"extraFields": {"WhatsApp": False}})
    found = page(api, **{"extraFields[Role]": "EMBASSY", "extraFields[WhatsApp]": "true"})
    assert ids(found) == [other]


def test_unknown_parameters_are_silently_ignored(api: httpx2.Client) -> None:
    assert page(api, q="nobody", email="x@example.com", lastModified="2026-01-01")["totalItems"] == 25


def test_archived_clients_are_unlisted_but_answer(sim: RobawsSimulator, api: httpx2.Client) -> None:
    [archived] = sim.control.archive(n=1)
    assert archived not in ids(page(api, size=100))
    assert page(api, includeArchived="true")["totalItems"] == 24
    answer = api.get(f"/clients/{archived}")
    assert answer.status_code == 200
    assert answer.json()["archivedAt"] is not None


def test_what_archived_clients_do_is_switchable(sim: RobawsSimulator, api: httpx2.Client) -> None:
    [archived] = sim.control.archive(n=1)
    sim.control.switch(archived_listed=True, archived_answer=404)
    assert archived in ids(page(api, size=100))
    assert api.get(f"/clients/{archived}").status_code == 404
    sim.control.switch(archived_listed=False, honour_include_archived=True)
    assert page(api, includeArchived="true")["totalItems"] == 25
    sim.control.unarchive([archived])
    assert page(api)["totalItems"] == 25
