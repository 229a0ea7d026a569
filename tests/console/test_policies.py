"""Rules for conflicts and the read-only tick, on the page of a connection."""

from typing import Any

import pytest
from django.test import Client

from counterfoil.console.site.permissions import Role
from counterfoil.mirror.models import Conflict, Connection, Policy
from tests.console import making
from tests.console.asking import fields, notice, page
from tests.console.edited import both_changed, plain
from tests.console.people import logged_in, person
from tests.edits.conftest import Edited
from tests.support.mirrored import Mirrored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
FIRST, SECOND = "policies-0", "policies-1"


@pytest.fixture
def operator(transactional_db: None) -> Client:
    """Somebody who configures connections."""
    return logged_in(person(Role.OPERATOR, "olga"))


def address(connection: Connection) -> str:
    return f"/connections/{connection.pk}/"


def say(client: Client, connection: Connection, **said: str) -> str:
    """Send the form with this said; the page that comes after it."""
    form = {name: value for name, value in fields(client, address(connection)).items() if name != "read_only"}
    return notice(client, address(connection), form | said)


def rules(of: Connection) -> dict[str, str]:
    return dict(Policy.objects.filter(connection=of).values_list("field", "rule"))


def test_an_operator_sets_rules_for_a_field_and_for_all_others(operator: Client) -> None:
    acme = making.connection()
    said: dict[str, Any] = {
        "policies-TOTAL_FORMS": "2", f"{FIRST}-field": "email", f"{FIRST}-rule": "upstream",
        f"{SECOND}-field": "", f"{SECOND}-rule": "ask",
    }  # fmt: skip
    shown = say(operator, acme, **said)
    assert rules(acme) == {"email": "upstream", "": "ask"}
    assert "E-mail: Robaws wins All other fields: a person decides" in plain(shown)


def test_two_rules_for_one_field_are_refused_with_an_explanation(operator: Client) -> None:
    acme = making.connection()
    said: dict[str, Any] = {
        "policies-TOTAL_FORMS": "2", f"{FIRST}-field": "email", f"{FIRST}-rule": "upstream",
        f"{SECOND}-field": "email", f"{SECOND}-rule": "ours",
    }  # fmt: skip
    assert "There are two rules for the same field" in plain(say(operator, acme, **said))
    assert rules(acme) == {}


def test_a_rule_decides_later_conflicts(operator: Client, mirror: Mirrored) -> None:
    edited = Edited.of(mirror)
    say(
        operator, edited.connection,
        **{"policies-TOTAL_FORMS": "1", f"{FIRST}-field": "email", f"{FIRST}-rule": "ours"},
    )  # fmt: skip
    both_changed(edited)
    assert [(one.by_policy, one.decision) for one in Conflict.objects.all()] == [(True, "ours")]


def test_a_viewer_sees_the_rules_and_cannot_change_them(viewer: Client) -> None:
    acme = making.connection()
    Policy.objects.create(connection=acme, field="email", rule="fill")
    shown = page(viewer, address(acme))
    assert "E-mail: our value wins only where Robaws has none" in plain(shown)
    assert "policies-0-rule" not in shown
    assert "Edits sent to Robaws yes" in plain(shown)
    assert viewer.post(address(acme), {"read_only": "on"}).status_code == 403


def test_read_only_keeps_waiting_edits_here_until_it_is_unticked(operator: Client, mirror: Mirrored) -> None:
    edited = Edited.of(mirror)
    edited.edit("7", city="Gent")
    said = say(operator, edited.connection, read_only="on")
    assert "1 edit is now kept here only." in plain(said)
    assert edited.edits("7")["city"].here_only
    assert 'name="read_only"' in said
    assert "1 kept here only" in plain(said)
    assert "Send 1 edit" not in plain(said)
    again = say(operator, edited.connection)
    assert "1 edit will be sent to Robaws next time." in plain(again)
    assert "Send 1 edit" in plain(again)


def test_a_file_has_neither_rules_nor_a_read_only_switch(operator: Client) -> None:
    book = Connection.objects.create(name="book", connector="file", settings={"path": "/nowhere.csv"})
    shown = page(operator, address(book))
    assert 'name="read_only"' not in shown
    assert "policies-TOTAL_FORMS" not in shown
