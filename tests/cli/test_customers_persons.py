"""`customers persons`: list, edit, add and discard, with their conflicts."""

from collections.abc import Iterator

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.install import Install

pytestmark = pytest.mark.once


@pytest.fixture
def few() -> Iterator[RobawsSimulator]:
    with RobawsSimulator(customers=5, seed=7, rate=None) as simulator:
        yield simulator


@pytest.fixture
def office(install: Install, few: RobawsSimulator) -> Install:
    install.connect(few)
    assert install.run("sync", "acme").returncode == 0
    return install


def test_persons_are_listed_edited_added_and_sent(office: Install, few: RobawsSimulator) -> None:
    one = few.control.ids()[0]
    made = office.json("customers", "persons", "add", "acme", one, "first_name=An", "last_name=Peeters", "--json")
    assert (made["external_id"], made["state"], made["customer"]) == (None, "local", one)
    assert office.run("push", "acme").returncode == 0
    listed = office.json("customers", "persons", "list", "acme", one, "--json")
    (person,) = [each for each in listed if each["name"] == "An Peeters"]
    assert (person["state"], person["edits"]) == ("present", {})
    changed = office.json(
        "customers", "persons", "set", "acme", person["external_id"], "phone=03 234 56 78", "--json"
    )
    assert changed["pending"] == ["phone"]
    shown = office.run("customers", "persons", "list", "acme", one).stdout
    assert "An Peeters" in shown
    assert office.run("push", "acme", "--client-id", one).returncode == 0
    assert "03 234 56 78" in [contact["tel"] for contact in few.control.contacts(one)]


def test_what_is_left_of_a_persons_edit_is_listed_and_settled(office: Install, few: RobawsSimulator) -> None:
    one = few.control.ids()[0]
    person = few.control.add_contact(one, {"name": "An", "surname": "Peeters", "email": "an@example.com"})
    assert office.run("sync", "acme", "--full").returncode == 0
    office.run("customers", "persons", "set", "acme", person, "email=ours@example.com")
    few.control.change_contact(person, {"email": "theirs@example.com"})
    pushed = office.run("push", "acme")
    assert pushed.returncode == 1
    assert f"contact person {person}" in pushed.stdout
    (conflict,) = office.json("conflicts", "list", "acme", "--json")
    assert (conflict["resource"], conflict["external_id"], conflict["theirs"]) == (
        "contact_person", person, "theirs@example.com",
    )  # fmt: skip
    assert "contact person" in office.run("conflicts", "list", "acme").stdout
    assert office.run("conflicts", "settle", str(conflict["id"]), "ours").returncode == 0
    assert office.run("push", "acme").returncode == 0
    assert "ours@example.com" in [contact["email"] for contact in few.control.contacts(one)]


def test_a_person_that_was_not_sent_is_discarded(office: Install, few: RobawsSimulator) -> None:
    one = few.control.ids()[0]
    made = office.json("customers", "persons", "add", "acme", one, "first_name=An", "--json")
    assert office.run("customers", "persons", "discard", "acme", f"#{made['key']}").returncode == 0
    assert office.run("customers", "persons", "set", "acme", "404", "phone=1").returncode == 1
    assert office.run("customers", "persons", "add", "acme", one, "email=an@example.com").returncode == 2
    assert office.json("push", "acme", "--json")["records"] == 0
