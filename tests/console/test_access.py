"""A connection that is for some groups or for its owner is there for nobody else: on no screen, in no number."""

import re
from collections.abc import Iterator
from enum import StrEnum

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from counterfoil.connections import access
from counterfoil.console.customers.bulk import sign
from counterfoil.console.lists.admin_base import ListAdmin
from counterfoil.console.site import role_groups
from counterfoil.console.site.addresses import ADDRESSES, FORMER_ADDRESSES
from counterfoil.console.site.permissions import Role
from counterfoil.mirror.models import Change, Connection, Run, RunState, Source
from counterfoil.mirror.selection import Selection
from counterfoil.webhooks.models import Delivery, DeliveryState
from tests.console import making
from tests.console.asking import fields, page, record_address
from tests.console.people import belongs_to, logged_in, only_for, person

pytestmark = [pytest.mark.django_db, pytest.mark.once]

MARK = "zanzibar"
"""Stands in every text of the connection that is kept from people, and nowhere else."""
ABSENT = 987_654_321


class Way(StrEnum):
    """What keeps a connection from people."""

    GROUPS = "for a group only"
    OWNER = "somebody's own"
    OWNER_AND_GROUP = "somebody's own, though for a group of those who look"


WAYS = pytest.mark.parametrize("way", list(Way), ids=lambda way: way.name.lower())


class World:
    """Two connections that hold the same kinds of rows; one is kept from people."""

    def __init__(self, way: Way = Way.GROUPS) -> None:
        self.way = way
        self.open = self._fill("acme", "Garage Peeters", role="BROKER")
        self.kept = self._fill(f"{MARK} motors", f"{MARK} cars", role=f"{MARK} role".upper())
        self.group = Group.objects.create(name="Antwerp")
        if way != Way.OWNER:
            only_for(self.hidden)
        if way != Way.GROUPS:
            belongs_to(self.hidden, User.objects.create_user("its owner", is_staff=True))

    @property
    def hidden(self) -> Connection:
        """The one that is kept from people."""
        return Connection.objects.get(pk=self.kept["connection"].pk)

    def outsider(self, role: Role) -> Client:
        """Somebody who does not see it."""
        found = person(role)
        if self.way == Way.OWNER_AND_GROUP:
            found.groups.add(self.group)
        return logged_in(found)

    def insider(self, role: Role) -> Client:
        """Somebody who sees it, and is no superuser."""
        found = self.hidden.owner or User.objects.create_user("member", is_staff=True)
        role_groups.assign(found, role)
        if self.way == Way.GROUPS:
            found.groups.add(self.group)
        return logged_in(found)

    def _fill(self, name: str, who: str, *, role: str) -> dict[str, Model]:
        connection = making.connection(name, settings={"base_url": f"https://{name.split(maxsplit=1)[0]}.invalid"})
        run = making.stopped_run(connection)
        run.proposals.update(before=f"{who} before")
        Run.objects.filter(pk=run.pk).update(note=f"about {who}", error=f"error of {who}")
        customer = making.customer(connection, who, role=role, city=who, raw=f'{{"name":"{who}"}}')
        Change.objects.create(
            connection=connection, record_id=customer.pk, field="city", before=who, after=who,
            at=timezone.now(), source=Source.RUN, reference=run.pk,
        )  # fmt: skip
        making.edit(customer, "street", base=who, value=who)
        conflict = making.conflict(customer, ours=who, theirs=who, base=who, theirs_reference=run.pk)
        making.contact_person(customer, f"An of {who}", designation=who, email=f"an@{who}.invalid")
        invoice = making.invoice(
            customer,
            f"{who} 001",
            reference=who,
            status=role.lower(),
            customer_name=who,
            raw=f'{{"name":"{who}"}}',
        )
        Change.objects.create(
            connection=connection, resource="invoice", record_id=invoice.pk, field="status", before=who, after=who,
            at=timezone.now(), source=Source.RUN, reference=run.pk,
        )  # fmt: skip
        problem = making.import_problem(
            connection, external_id=f"{who}-77", run_id=run.pk, reason=f"because of {who}"
        )
        making.endpoint(connection, f"{who.split(maxsplit=1)[0]}.invalid")
        delivery = making.delivery(
            connection, DeliveryState.DEAD, event=f"{who}.updated", event_id=f"{who} 1", external_id=f"{who}-77",
            reason=f"because of {who}", body=f'{{"name":"{who}"}}'.encode(), run=run,
        )  # fmt: skip
        Change.objects.create(
            connection=connection, record_id=customer.pk, field="phone", before=who, after=who,
            at=timezone.now(), source=Source.DELIVERY, reference=delivery.pk,
        )  # fmt: skip
        return {
            "connection": connection, "run": run, "customer": customer, "invoice": invoice,
            "quarantinedrecord": problem, "delivery": delivery, "conflict": conflict,
        }  # fmt: skip


MODELS = {address: model for model, address in ADDRESSES.items()}
FORMER_MODELS = {former.partition("/")[2]: MODELS[address] for former, address in FORMER_ADDRESSES.items()}


def _patterns(found: "list[URLPattern | URLResolver]", before: str = "") -> Iterator[str]:
    for one in found:
        address = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _patterns(one.url_patterns, address)
        else:
            yield address


def _addresses(rows: dict[str, Model] | None) -> Iterator[str]:
    """Every address of the site, the keys in it those of these rows; None for rows that are not there."""
    resolver = get_resolver()
    for route in _patterns(resolver.url_patterns):
        parts = route.replace("^", "").split("/")
        if "logout" in route or "(?P" in route:
            continue
        model = MODELS.get(parts[0]) or FORMER_MODELS.get(parts[1] if len(parts) > 1 else "", "")
        key = rows[model].pk if rows and model in rows else ABSENT
        yield "/" + "/".join(str(key) if part.startswith("<") else part for part in parts)


def _answer(client: Client, method: str, address: str, key: str) -> tuple[int, str]:
    """Status and destination, as they would be for a record that is not there; nothing shown is of the mark."""
    answer = client.get(address) if method == "get" else client.post(address)
    text = answer.content.decode() if not answer.streaming else ""
    notices = client.get("/").content.decode() if answer.status_code == 302 else ""
    location = str(answer.headers.get("Location", ""))
    location = re.sub(rf"/{key}(?=/|$)", f"/{ABSENT}", location)
    assert MARK not in (text + notices + location).lower(), (method, address)
    return answer.status_code, location


def test_every_screen_of_the_mirror_starts_from_visible_rows() -> None:
    admin.autodiscover()
    screens = [made for model, made in admin.site._registry.items() if access.way_to_connection(model)]
    assert len(screens) >= 4
    for screen in screens:
        assert isinstance(screen, ListAdmin), type(screen)


@WAYS
def test_no_address_reveals_anything_about_a_hidden_connection(way: Way) -> None:
    world = World(way)
    client = world.outsider(Role.OWNER)
    kept, absent = list(_addresses(world.kept)), list(_addresses(None))
    assert len(kept) > 40
    for method in ("get", "post"):
        for address, nowhere in zip(kept, absent, strict=True):
            key = _key(address, nowhere)
            assert _answer(client, method, address, key) == _answer(client, method, nowhere, str(ABSENT)), address


def _key(address: str, nowhere: str) -> str:
    pairs = zip(address.split("/"), nowhere.split("/"), strict=True)
    return next((mine for mine, other in pairs if mine != other), "no key")


@WAYS
def test_the_same_addresses_work_for_users_who_may_see_it(way: Way) -> None:
    world = World(way)
    client = world.insider(Role.OWNER)
    for address in (
        "/", "/live/", "/connections/", "/customers/", "/invoices/", "/runs/",
        "/import-problems/", "/webhooks/", "/conflicts/",
        *(record_address(row) for row in world.kept.values()),
    ):  # fmt: skip
        assert MARK in page(client, address).lower(), address


@WAYS
@pytest.mark.parametrize(
    "query",
    [
        f"?q={MARK}",
        f"?role={MARK.upper()}+ROLE",
        f"?status={MARK}+role",
        "?connection={kept}",
        "?customer={customer}",
        "?overdue=yes",
        "?state=present",
        "?p=1&o=1",
    ],
)
def test_no_search_and_no_filter_finds_a_hidden_connection(query: str, way: Way) -> None:
    world = World(way)
    client = world.outsider(Role.VIEWER)
    keys = {"kept": world.kept["connection"].pk, "customer": world.kept["customer"].pk}
    for model in (
        "customers",
        "invoices",
        "runs",
        "import-problems",
        "webhooks",
        "conflicts",
    ):
        answer = client.get(f"/{model}/" + query.format(**keys), follow=True)
        rows = answer.context["cl"].result_list
        assert {row.connection_id for row in rows} <= {world.open["connection"].pk}


@WAYS
def test_the_counts_of_filters_cover_visible_rows_only(way: Way, boss: Client) -> None:
    world = World(way)
    making.customer(world.hidden, role="BROKER")
    viewer, member = world.outsider(Role.VIEWER), world.insider(Role.VIEWER)
    for client, count in ((boss, 2), (viewer, 1), (member, 2), (viewer, 1)):
        assert f"BROKER ({count})" in page(client, "/customers/")


def test_a_user_who_sees_no_connection_is_told_whom_to_ask() -> None:
    connection = making.connection()
    only_for(connection)
    shown = page(logged_in(person(Role.VIEWER)), "/")
    assert "There are no connections that you can see" in shown
    assert "Three steps" not in shown


def test_a_connection_without_groups_is_visible_to_everyone(viewer: Client) -> None:
    world = World()
    access.limit(world.hidden, [])
    assert MARK in page(viewer, "/customers/")


def test_a_group_that_a_connection_is_limited_to_cannot_be_deleted(boss: Client) -> None:
    world = World()
    shown = boss.post(f"/groups/{world.group.pk}/delete/", {"post": "yes"})
    assert shown.status_code in {200, 403}
    assert Group.objects.filter(pk=world.group.pk).exists()


def test_owners_choose_the_groups_of_a_connection_and_operators_do_not() -> None:
    connection = making.connection()
    address = f"/connections/{connection.pk}/"
    owner, operator = person(Role.OWNER), person(Role.OPERATOR)
    group = Group.objects.create(name="Antwerp")
    group.user_set.add(owner, operator)
    client = logged_in(operator)
    assert "Visible to these groups only" not in page(client, address)
    client.post(address, fields(client, address) | {"only_for": str(group.pk)})
    assert access.groups_of(connection) == []
    client = logged_in(owner)
    assert "Visible to these groups only" in page(client, address)
    client.post(address, fields(client, address) | {"only_for": str(group.pk)})
    assert access.groups_of(connection) == [group.pk]
    client.post(address, fields(client, address) | {"country": "NL"})
    assert access.groups_of(connection) == []


def test_owners_cannot_lock_themselves_out() -> None:
    connection = making.connection()
    address = f"/connections/{connection.pk}/"
    group = Group.objects.create(name="Antwerp")
    client = logged_in(person(Role.OWNER))
    answer = client.post(address, fields(client, address) | {"only_for": str(group.pk)})
    assert "You would no longer see this connection yourself" in answer.content.decode()
    assert access.groups_of(connection) == []


@WAYS
def test_a_superuser_sees_everything(way: Way, boss: Client) -> None:
    World(way)
    assert MARK in page(boss, "/customers/")
    assert User.objects.get(username="boss").groups.count() == 0
    assert Connection.objects.count() == 2


@WAYS
def test_a_selection_never_includes_hidden_rows(way: Way) -> None:
    world = World(way)
    seen, unseen = world.open["customer"], world.kept["customer"]
    owner = world.outsider(Role.OWNER)
    for data in ({"whole": "1"}, {"pick": [str(seen.pk), str(unseen.pk)]}, {"whole": "1", "q": "garage"}):
        answer = owner.post("/customers/export/", data)
        body = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
        assert ("Garage Peeters" in body, MARK in body, MARK in str(answer.headers)) == (True, False, False)
    asked = owner.post("/customers/sync/", {"pick": [str(unseen.pk)]}, follow=True).content.decode()
    assert "Select at least one customer" in asked
    everything = sign(Selection().bounded(timezone.now()))
    owner.post("/customers/sync/", {"selection": everything})
    asked_for = Run.objects.filter(state=RunState.QUEUED)
    assert set(asked_for.values_list("connection_id", flat=True)) == {world.open["connection"].pk}


@WAYS
def test_users_cannot_replay_hidden_webhooks(way: Way) -> None:
    world = World(way)
    seen, unseen = world.open["delivery"].pk, world.kept["delivery"].pk
    owner, boss = world.outsider(Role.OWNER), logged_in(User.objects.create_superuser("boss"))
    address, dead = "/webhooks/replay/", {"whole": "1", "all": "1", "state": "dead"}
    assert owner.post(f"/webhooks/{unseen}/replay/").status_code == 404
    for data in (dead, {"pick": [str(seen), str(unseen)]}):
        asked = owner.post(address, data)
        assert ("Replay 1 webhook?" in asked.content.decode(), MARK in asked.content.decode()) == (True, False)
    assert owner.post(address, {"pick": [str(unseen)]}).status_code == 302
    given = boss.post(address, dead)
    assert "Replay 2 webhooks?" in given.content.decode()
    owner.post(address, {"selection": given.context["sealed"]})
    assert set(Delivery.objects.filter(state=DeliveryState.RECEIVED).values_list("pk", flat=True)) == {seen}
