"""A connection may belong to a user: said on its page, given and taken back there, and never by accident."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from counterfoil.connections import access
from counterfoil.console.site.permissions import Role
from counterfoil.mirror.models import Connection, Run
from counterfoil_simulators.robaws import RobawsSimulator
from tests.console import making
from tests.console.asking import fields, notice, page
from tests.console.people import belongs_to, logged_in, only_for, person

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def address(connection: Connection) -> str:
    """Its page."""
    return f"/connections/{connection.pk}/"


def say(client: Client, connection: Connection, **said: Any) -> str:
    """Send the form of its page with this said; the page that comes after it."""
    return notice(client, address(connection), fields(client, address(connection)) | said)


def owner_of(connection: Connection) -> User | None:
    return Connection.objects.get(pk=connection.pk).owner


@pytest.fixture
def acme() -> Connection:
    """Make a connection that belongs to everyone."""
    return making.connection()


@pytest.fixture
def anna() -> User:
    """Somebody with the role Owner."""
    return person(Role.OWNER, "anna")


@pytest.fixture
def bert() -> User:
    """Somebody who may look only."""
    return person(Role.VIEWER, "bert")


def test_the_page_shows_the_owner(viewer: Client, acme: Connection, bert: User) -> None:
    assert "<dt>Belongs to</dt><dd>everyone</dd>" in page(viewer, address(acme))
    belongs_to(acme, bert)
    shown = page(logged_in(bert), address(acme))
    assert "only bert and administrators see it" in shown
    assert "acme (bert)" in shown


def test_a_superuser_gives_a_connection_to_a_user_and_back(boss: Client, acme: Connection, bert: User) -> None:
    say(boss, acme, owner=str(bert.pk))
    assert owner_of(acme) == bert
    say(boss, acme, owner="")
    assert owner_of(acme) is None


def test_the_connect_command_names_the_owner(boss: Client, bert: User) -> None:
    file = Connection.objects.create(name="sites", connector="file", settings={"path": "s.csv"}, owner=bert)
    assert "counterfoil --as bert connect file --name sites" in page(boss, address(file))


def test_only_the_owner_sees_it_whatever_its_groups(acme: Connection, anna: User) -> None:
    group = Group.objects.create(name="Antwerp")
    client = logged_in(anna)
    say(client, acme, owner=str(anna.pk), only_for=str(group.pk))
    assert owner_of(acme) == anna
    assert access.groups_of(acme) == [group.pk]
    assert "acme (anna)" in page(client, address(acme))


def test_giving_it_away_needs_a_confirmation(acme: Connection, anna: User, bert: User) -> None:
    client = logged_in(anna)
    told = say(client, acme, owner=str(bert.pk))
    assert "Only bert would see this connection. Tick this to confirm." in told
    assert "<dt>Belongs to</dt><dd>everyone</dd>" in told
    assert owner_of(acme) is None
    after = say(client, acme, owner=str(bert.pk), given_away="on")
    assert "“acme” now belongs to bert. You no longer see it." in after
    assert "was changed successfully" not in after
    assert owner_of(acme) == bert
    assert client.get(address(acme)).status_code == 302
    assert page(logged_in(bert), address(acme))


def test_owners_who_give_it_to_everyone_cannot_lock_themselves_out(acme: Connection, anna: User) -> None:
    belongs_to(acme, anna)
    group = Group.objects.create(name="Antwerp")
    client = logged_in(anna)
    told = say(client, acme, owner="", only_for=str(group.pk))
    assert "You would no longer see this connection yourself" in told
    assert owner_of(acme) == anna
    say(client, acme, owner="")
    assert owner_of(acme) is None


def test_operators_cannot_change_the_owner(acme: Connection, bert: User) -> None:
    operator = logged_in(person(Role.OPERATOR))
    assert "Belongs to</label>" not in page(operator, address(acme))
    say(operator, acme, owner=str(bert.pk), given_away="on")
    assert owner_of(acme) is None


def test_users_who_cannot_log_in_cannot_become_owners(boss: Client, acme: Connection, bert: User) -> None:
    User.objects.filter(pk=bert.pk).update(is_active=False)
    assert "Select a valid choice" in say(boss, acme, owner=str(bert.pk))
    assert owner_of(acme) is None


def test_a_name_that_is_taken_gets_a_number(boss: Client, anna: User, bert: User) -> None:
    belongs_to(making.connection("Books"), bert)
    first, second = making.connection("books"), making.connection("books 3")
    client = logged_in(anna)
    after = say(client, first, owner=str(bert.pk), given_away="on")
    assert "books 2" not in after
    assert "taken" not in after
    assert Connection.objects.get(pk=first.pk).name == "books 2"
    assert "taken" not in say(boss, second, owner=str(bert.pk))
    third = making.connection("BOOKS")
    assert "“BOOKS” was already taken, so this connection is now called “BOOKS 4”." in say(
        boss, third, owner=str(bert.pk)
    )
    assert sorted(bert.connections.values_list("name", flat=True)) == ["BOOKS 4", "Books", "books 2", "books 3"]


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_is_shared_and_reveals_no_other_names(
    sim: RobawsSimulator, anna: User, bert: User
) -> None:
    belongs_to(making.connection("books"), bert)
    said = {"name": "Books", "base_url": sim.base_url, "api_key": sim.api_key, "api_secret": sim.api_secret}
    answer = logged_in(anna).post("/connections/add/", {**said, "country": "BE"})
    assert answer.status_code == 302
    made = Connection.objects.get(name="Books")
    assert made.owner is None
    again = logged_in(anna).post("/connections/add/", {**said, "country": "BE"})
    assert "There is already a connection called “Books”" in again.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_new_key_for_a_private_connection_adds_no_second_one(sim: RobawsSimulator, anna: User) -> None:
    mine = making.connection("books")
    belongs_to(mine, anna)
    making.connection("books")
    said = {"base_url": sim.base_url, "api_key": sim.api_key, "api_secret": sim.api_secret}
    assert logged_in(anna).post(f"/connections/{mine.pk}/key/", said).status_code == 302
    mine.refresh_from_db()
    assert (mine.owner, mine.settings["base_url"]) == (anna, sim.base_url)
    assert Connection.objects.count() == 2


def test_an_owner_cannot_be_deleted_and_no_name_is_revealed(acme: Connection, bert: User) -> None:
    belongs_to(acme, bert)
    run = making.run(acme, requested_by=bert)
    client = logged_in(person(Role.OWNER))
    for shown in (
        page(client, f"/users/{bert.pk}/delete/"),
        notice(client, f"/users/{bert.pk}/delete/", {"post": "yes"}),
    ):
        assert "bert owns connections, so this user cannot be deleted yet." in shown
        assert "acme" not in shown
    assert owner_of(acme) == bert
    belongs_to(acme, person(Role.CLERK))
    assert "Connections belong to" not in page(client, f"/users/{bert.pk}/delete/")
    notice(client, f"/users/{bert.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(username="bert").exists()
    assert Run.objects.get(pk=run.pk).requested_by is None


def test_deleting_a_user_reveals_nothing_they_did(acme: Connection, anna: User) -> None:
    say(logged_in(anna), acme, rate="3")
    belongs_to(acme, person(Role.CLERK))
    client = logged_in(person(Role.OWNER))
    assert "acme" not in page(client, f"/users/{anna.pk}/delete/")


def test_an_owner_cannot_change_the_password_of_another_owner(acme: Connection, bert: User) -> None:
    belongs_to(acme, bert)
    owner, boss = person(Role.OWNER), User.objects.create_superuser("boss")
    said = {"password1": "a-long-word-9", "password2": "a-long-word-9", "usable_password": "true"}
    assert logged_in(owner).post(f"/users/{bert.pk}/password/", said).status_code == 403
    bert.refresh_from_db()
    assert not bert.check_password("a-long-word-9")
    assert logged_in(boss).post(f"/users/{bert.pk}/password/", said).status_code == 302
    belongs_to(acme, owner)
    assert logged_in(owner).post(f"/users/{owner.pk}/password/", said).status_code == 302


@pytest.mark.parametrize(
    "asked",
    [
        "/users/?connections__name__startswith=a",
        "/runs/?connection__secrets__startswith=g",
        "/runs/?requested_by__password__startswith=p",
        "/connections/?owner__username__startswith=a",
        "/webhooks/?connection__secrets__startswith=g",
        "/webhooks/?body__startswith=g",
    ],
)
def test_no_address_can_filter_users_by_hidden_columns(asked: str, acme: Connection) -> None:
    belongs_to(acme, person(Role.CLERK))
    client = logged_in(person(Role.OWNER))
    assert client.get(asked).status_code == 400


def test_two_connections_of_the_same_name_show_their_owners(boss: Client, acme: Connection, bert: User) -> None:
    making.customer(acme)
    theirs = making.connection(owner=bert)
    making.customer(theirs)
    making.delivery(theirs)
    for shown in ("/", "/connections/", "/customers/", "/webhooks/", "/search/?s=acme"):
        assert "acme (bert)" in page(boss, shown), shown


def test_groups_count_again_once_it_belongs_to_everyone(boss: Client, acme: Connection, bert: User) -> None:
    group = only_for(acme)
    belongs_to(acme, person(Role.CLERK))
    group.user_set.add(bert)
    assert not access.can_see(bert, acme.pk)
    say(boss, acme, owner="", only_for=str(group.pk))
    assert access.can_see(bert, acme.pk)
