"""Who may do what: every screen and every button, for every role, on both sides of the line."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from counterfoil.console.site.permissions import Role
from counterfoil.mirror.models import (
    Conflict,
    Connection,
    Customer,
    Invoice,
    PendingEdit,
    QuarantinedRecord,
    Run,
    RunKind,
    RunState,
)
from counterfoil.webhooks.models import Delivery, DeliveryState
from tests.console import making
from tests.console.asking import fields, page
from tests.console.people import logged_in, person

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NOBODY_THERE = "http://127.0.0.1:1/api/v2"
"""Refuses at once, where a name would be looked up for long."""


class World:
    """One of everything."""

    def __init__(self) -> None:
        self.connection: Connection = making.connection(settings={"base_url": NOBODY_THERE})
        self.customer: Customer = making.customer(self.connection)
        self.edit: PendingEdit = making.edit(self.customer)
        self.conflict: Conflict = making.conflict(self.customer)
        self.invoice: Invoice = making.invoice(self.customer)
        self.run: Run = making.stopped_run(self.connection)
        self.parked: Run = making.run(self.connection, RunState.PARKED, resumable=True)
        self.aside: QuarantinedRecord = making.import_problem(self.connection)
        self.delivery: Delivery = making.delivery(self.connection, DeliveryState.DEAD)
        self.user: User = User.objects.create_user("somebody", is_staff=True)
        self.group: Group = Group.objects.create(name="Antwerp")

    def at(self, address: str) -> str:
        """Fill the keys into an address."""
        keys = {name: found.pk for name, found in vars(self).items()}
        return address.format(**keys)


SCREENS: tuple[tuple[str, Role | None], ...] = (
    ("/", None),
    ("/live/", None),
    ("/connections/", Role.VIEWER),
    ("/connections/{connection}/", Role.VIEWER),
    ("/connections/{connection}/key/", Role.OWNER),
    ("/connections/add/", Role.OWNER),
    ("/customers/", Role.VIEWER),
    ("/customers/{customer}/", Role.VIEWER),
    ("/customers/{customer}/edit/", Role.CLERK),
    ("/customers/add/", Role.CLERK),
    ("/conflicts/", Role.VIEWER),
    ("/conflicts/{conflict}/", Role.VIEWER),
    ("/invoices/", Role.VIEWER),
    ("/invoices/{invoice}/", Role.VIEWER),
    ("/runs/", Role.VIEWER),
    ("/runs/{run}/", Role.VIEWER),
    ("/runs/{run}/live/", Role.VIEWER),
    ("/runs/{run}/approve/", Role.OPERATOR),
    ("/import-problems/", Role.VIEWER),
    ("/import-problems/{aside}/", Role.VIEWER),
    ("/webhooks/", Role.VIEWER),
    ("/webhooks/{delivery}/", Role.VIEWER),
    ("/webhooks/{delivery}/live/", Role.VIEWER),
    ("/search/?s=run", None),
    ("/users/", Role.OWNER),
    ("/users/add/", Role.OWNER),
    ("/users/{user}/", Role.OWNER),
    ("/users/{user}/delete/", Role.OWNER),
    ("/groups/", Role.OWNER),
    ("/groups/add/", Role.OWNER),
    ("/groups/{group}/", Role.OWNER),
)
"""A screen, and from which role on it is seen; None for everybody who is logged in."""


@dataclass(frozen=True)
class Deed:
    """A button: where it sends to, from which role on, what it has done, and the page that shows it."""

    address: str
    role: Role
    done: Callable[[World, Any], bool]
    shown_on: str = ""


def _asked(kind: RunKind) -> Callable[[World, Any], bool]:
    return lambda world, _: Run.objects.filter(kind=kind, state=RunState.QUEUED).exclude(pk=world.run.pk).exists()


def _run_is(state: RunState) -> Callable[[World, Any], bool]:
    return lambda world, _: Run.objects.get(pk=world.run.pk).state == state


DEEDS = (
    Deed("/customers/{customer}/sync/", Role.CLERK, _asked(RunKind.SINGLE),
         "/customers/{customer}/"),
    Deed("/customers/{customer}/push/", Role.CLERK, _asked(RunKind.PUSH),
         "/customers/{customer}/"),
    Deed("/connections/{connection}/push/", Role.CLERK, _asked(RunKind.PUSH),
         "/connections/{connection}/"),
    Deed("/connections/{connection}/sync/", Role.OPERATOR, _asked(RunKind.FULL),
         "/connections/{connection}/"),
    Deed("/connections/{connection}/full/", Role.OPERATOR, _asked(RunKind.FULL), "/"),
    Deed("/connections/{connection}/check/", Role.OPERATOR,
         lambda _, answer: answer.status_code == 302, "/connections/{connection}/"),
    Deed("/runs/{run}/cancel/", Role.OPERATOR, _run_is(RunState.CANCELLED), "/runs/{run}/"),
    Deed("/runs/{run}/approve/", Role.OPERATOR, _run_is(RunState.QUEUED), "/runs/{run}/"),
    Deed("/runs/{parked}/resume/", Role.OPERATOR,
         lambda world, _: Run.objects.get(pk=world.parked.pk).state == RunState.QUEUED,
         "/runs/{parked}/"),
    Deed("/import-problems/{aside}/retry/", Role.OPERATOR, _asked(RunKind.SINGLE),
         "/import-problems/{aside}/"),
    Deed("/webhooks/{delivery}/replay/", Role.OPERATOR,
         lambda world, _: Delivery.objects.get(pk=world.delivery.pk).state == DeliveryState.RECEIVED,
         "/webhooks/{delivery}/"),
)  # fmt: skip


def _client(role: Role | None) -> Client:
    """Nobody's role is that of a stranger."""
    return logged_in(person(role) if role else User.objects.create_user("stranger", is_staff=True))


def _may(role: Role | None, least: Role | None) -> bool:
    return least is None or (role is not None and role.rank >= least.rank)


ROLES = pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "stranger")


@ROLES
@pytest.mark.parametrize(("address", "least"), SCREENS, ids=str)
def test_a_screen_is_seen_from_its_role_on(role: Role | None, address: str, least: Role | None) -> None:
    world, client = World(), _client(role)
    answer = client.get(world.at(address))
    assert answer.status_code == (200 if _may(role, least) else 403)
    if answer.status_code == 403:
        assert "have permission for this page or action" in answer.content.decode()
        assert "acme" not in answer.content.decode()


def _tried(deed: Deed) -> Any:
    """Run a check outside a transaction: it uses a database connection of its own, which would wait for one."""
    marks = [pytest.mark.django_db(transaction=True)] if deed.address.endswith("/check/") else []
    return pytest.param(deed, id=deed.address, marks=marks)


@ROLES
@pytest.mark.parametrize("deed", [_tried(deed) for deed in DEEDS])
def test_a_button_works_from_its_role_on(role: Role | None, deed: Deed) -> None:
    world, client = World(), _client(role)
    answer = client.post(world.at(deed.address))
    if _may(role, deed.role):
        assert answer.status_code == 302
        assert deed.done(world, answer)
    else:
        assert answer.status_code == 403
        assert "have permission for this page or action" in answer.content.decode()
        assert not deed.done(world, answer)


@pytest.mark.parametrize("role", list(Role))
def test_a_button_is_shown_to_exactly_those_who_may_press_it(role: Role) -> None:
    world, client = World(), _client(role)
    for deed in DEEDS:
        address = world.at(deed.address)
        shown = page(client, world.at(deed.shown_on))
        there = f'action="{address}"' in shown or f'href="{address}"' in shown
        assert there == _may(role, deed.role), deed.address


@ROLES
def test_webhooks_are_replayed_together_from_operator_on(role: Role | None) -> None:
    world, client = World(), _client(role)
    everything = {"whole": "1", "all": "1"}
    asked = client.post("/webhooks/replay/", everything)
    assert asked.status_code == (200 if _may(role, Role.OPERATOR) else 403)
    question = logged_in(User.objects.create_superuser("boss")).post("/webhooks/replay/", everything)
    agreed = client.post("/webhooks/replay/", {"selection": question.context["sealed"]})
    assert agreed.status_code == (302 if _may(role, Role.OPERATOR) else 403)
    state = Delivery.objects.get(pk=world.delivery.pk).state
    assert (state == DeliveryState.RECEIVED) == _may(role, Role.OPERATOR)
    if _may(role, Role.VIEWER):
        shown = page(client, "/webhooks/")
        assert ('name="pick"' in shown, "Replay selected" in shown) == (_may(role, Role.OPERATOR),) * 2


@ROLES
def test_mapping_and_limits_are_changed_from_operator_on(role: Role | None) -> None:
    world, client = World(), _client(role)
    address = world.at("/connections/{connection}/")
    form = fields(logged_in(User.objects.create_superuser("boss")), address)
    form |= {"country": "NL", "rate": "2", "role_overrides-TOTAL_FORMS": "1"}
    form |= {"role_overrides-0-by": "name", "role_overrides-0-pattern": "peeters", "role_overrides-0-role": "POV"}
    answer = client.post(address, form)
    world.connection.refresh_from_db()
    overrides = world.connection.role_overrides.count()
    if _may(role, Role.OPERATOR):
        assert (answer.status_code, world.connection.country, overrides) == (302, "NL", 1)
        assert world.connection.settings["rate"] == 2
    else:
        assert (answer.status_code, world.connection.country, overrides) == (403, "BE", 0)
    if _may(role, Role.VIEWER):
        assert ('name="country"' in page(client, address)) == _may(role, Role.OPERATOR)


@ROLES
def test_owners_create_users(role: Role | None) -> None:
    client = _client(role)
    form = {"username": "new", "password1": "a-long-word-9", "password2": "a-long-word-9"}
    answer = client.post("/users/add/", form | {"usable_password": "true"})
    if _may(role, Role.OWNER):
        assert answer.status_code == 302
        assert User.objects.get(username="new").is_staff
    else:
        assert answer.status_code == 403
        assert not User.objects.filter(username="new").exists()


def test_an_owner_cannot_create_or_change_superusers() -> None:
    boss = User.objects.create_superuser("boss", password="open sesame")
    owner = person(Role.OWNER)
    client = logged_in(owner)
    form = fields(client, f"/users/{owner.pk}/") | {
        "is_superuser": "on",
        "is_active": "on",
        "is_staff": "on",
    }
    assert client.post(f"/users/{owner.pk}/", form).status_code == 302
    owner.refresh_from_db()
    assert not owner.is_superuser
    data = {"password1": "a-long-word-9", "password2": "a-long-word-9", "usable_password": "true"}
    for what in ("password/", "", "delete/"):
        sent = {**data, "post": "yes"} if what == "delete/" else data
        assert client.post(f"/users/{boss.pk}/{what}", sent).status_code == 403, what
    boss.refresh_from_db()
    assert boss.check_password("open sesame")


def test_a_viewer_sees_the_settings_without_a_form(viewer: Client) -> None:
    connection = making.connection(
        settings={"base_url": "https://upstream.invalid", "rate": 3.0, "guard_share": 0.1}
    )
    shown = page(viewer, f"/connections/{connection.pk}/")
    for words in ("<dt>Default country</dt><dd>BE</dd>", "<dd>3</dd>", "<dd>500 API calls</dd>", "<dd>10%</dd>"):
        assert words in shown
    assert "stored encrypted" in shown


def test_no_button_works_without_a_csrf_token(viewer: Client) -> None:
    connection = making.connection()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = viewer.cookies
    assert strict.post(f"/connections/{connection.pk}/sync/").status_code == 403
    assert not Run.objects.exists()


def test_no_button_works_without_a_login(client: Client) -> None:
    connection = making.connection()
    answer = client.post(f"/connections/{connection.pk}/sync/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")
    assert not Run.objects.exists()


def test_a_user_without_permissions_sees_nothing(stranger: Client) -> None:
    connection = making.connection()
    customer = making.customer(connection)
    run = making.run(connection)
    for address in (
        "/customers/",
        f"/customers/{customer.pk}/",
        f"/runs/{run.pk}/",
        f"/runs/{run.pk}/live/",
        f"/connections/{connection.pk}/",
        "/import-problems/",
        "/webhooks/",
    ):
        assert stranger.get(address).status_code == 403, address
    assert connection.name not in page(stranger, "/")
    assert connection.name not in page(stranger, "/live/")
