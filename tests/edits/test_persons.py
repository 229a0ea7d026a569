"""Laws 4 and 5 for contact persons of Robaws: edits and creations go out after their customers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from counterfoil.edits import edit, person, person_conflict, read_only
from counterfoil.errors import DoubtfulInput, InvalidInput, NotAllowed, NotPossibleNow
from counterfoil.mirror import edit_status
from counterfoil.mirror.models import Change, Conflict, ContactPerson, Customer, Decision, PendingEdit, Write
from counterfoil_simulators.robaws import RobawsSimulator
from tests.edits.conftest import Edited
from tests.support.mirrored import Mirrored

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Persons(Edited):
    """With the verbs of contact persons; customer 1 has at least one."""

    def one(self) -> ContactPerson:
        return ContactPerson.objects.filter(state="present").order_by("pk")[0]

    def there(self, found: ContactPerson) -> dict[str, Any]:
        contacts: list[dict[str, Any]] = self.sim.control.contacts(str(found.customer_external_id))
        return next(contact for contact in contacts if str(contact["id"]) == found.external_id)

    def requests(self) -> list[tuple[str, bool]]:
        return [(write["method"], write["carried_out"]) for write in self.sim.control.writes()]


@pytest.fixture
def persons(transactional_db: None) -> Iterator[Persons]:
    with RobawsSimulator(customers=10, seed=7, rate=None) as sim:
        mirror = Mirrored.connect(sim)
        mirror.sync_all(full=True)
        yield Persons(sim, mirror.connection)


def test_an_edit_of_a_person_is_sent_and_read_back(persons: Persons) -> None:
    one = persons.one()
    before = persons.there(one)
    assert person.edit_person(one, {"phone": "03 234 56 78"}).pending == ["phone"]
    one.refresh_from_db()
    assert (one.phone, one.phone_e164) == ("03 234 56 78", "+3232345678")
    run = persons.push()
    after = persons.there(one)
    assert (run.state, run.pushed, run.failed) == ("completed", 1, 0)
    assert {**after, "tel": 0, "updatedAt": 0} == {**before, "tel": 0, "updatedAt": 0}
    assert (after["tel"], PendingEdit.objects.count(), Write.objects.get().resource) == (
        "03 234 56 78", 0, "contact_person",
    )  # fmt: skip


def test_the_echo_of_a_persons_edit_changes_nothing(persons: Persons) -> None:
    person.edit_person(persons.one(), {"phone": "03 234 56 78"})
    assert edit_status.is_push_needed(persons.connection)
    assert edit_status.count_by_connection([persons.connection.pk])[persons.connection.pk].to_send == 1
    persons.push()
    assert not edit_status.is_push_needed(persons.connection)
    version, changes = persons.one().version, Change.objects.count()
    persons.sync_all(full=True)
    assert (persons.one().version, Change.objects.count()) == (version, changes)


def test_law_4_a_field_of_a_person_changed_on_both_sides_is_a_conflict(persons: Persons) -> None:
    one = persons.one()
    person.edit_person(one, {"email": "ours@example.com", "designation": "Boss"})
    persons.sim.control.change_contact(str(one.external_id), {"email": "theirs@example.com"})
    run = persons.push()
    there = persons.there(one)
    assert (run.pushed, there["email"], there["function"]) == (1, "theirs@example.com", "Boss")
    conflict = Conflict.objects.get()
    assert (conflict.resource, conflict.field, conflict.theirs) == (
        "contact_person",
        "email",
        "theirs@example.com",
    )
    person_conflict.resolve_person(conflict, Decision.OURS)
    persons.push()
    assert persons.there(one)["email"] == "ours@example.com"


def test_an_edit_of_a_person_can_be_undone_while_it_waits(persons: Persons) -> None:
    one = persons.one()
    before = one.phone or ""
    person.edit_person(one, {"phone": "03 234 56 78"})
    assert person.edit_person(one, {"phone": before}).undone == ["phone"]
    assert persons.push().expected == 0


@pytest.mark.parametrize("arrived", [True, False])
def test_law_5_an_unanswered_edit_of_a_person_is_looked_up(persons: Persons, arrived: bool) -> None:
    one = persons.one()
    person.edit_person(one, {"phone": "03 234 56 78"})
    persons.sim.control.fault("dropped", method="PATCH", times=1, after=arrived, at="start")
    persons.push()
    Write.objects.update(look_up_at=None)
    persons.push()
    persons.push()
    assert persons.there(one)["tel"] == "03 234 56 78"
    assert [carried for _, carried in persons.requests()].count(True) == 1
    assert PendingEdit.objects.count() == 0


def test_a_person_deleted_there_and_edited_here_is_a_conflict(persons: Persons) -> None:
    one = persons.one()
    person.edit_person(one, {"phone": "03 234 56 78"})
    persons.sim.control.delete_contact(str(one.external_id))
    persons.push()
    conflict = Conflict.objects.get()
    assert (conflict.kind, conflict.resource) == ("deleted", "contact_person")
    made = person_conflict.resolve_person(conflict, Decision.RECREATE)
    assert (made.pk != one.pk, made.phone) == (True, "03 234 56 78")
    persons.push()
    made.refresh_from_db()
    assert made.state == "present"


def test_a_person_is_created_once_under_its_customer(persons: Persons) -> None:
    row = persons.row(persons.sim.control.ids()[0])
    made = person.create_person(row, {"first_name": "An", "last_name": "Peeters", "email": "an@example.com"})
    assert (made.state, made.external_id, made.name) == ("local", None, "An Peeters")
    assert made.customer_external_id == row.external_id
    run = persons.push()
    made.refresh_from_db()
    assert (run.created, made.state, made.customer) == (1, "present", row)
    assert (persons.there(made)["surname"], PendingEdit.objects.count()) == ("Peeters", 0)
    persons.sync_all(full=True)
    assert ContactPerson.objects.filter(name="An Peeters").count() == 1


def test_a_person_of_a_new_customer_follows_it(persons: Persons) -> None:
    customer = persons.create(name="Nieuwe Klant BV")
    made = person.create_person(customer, {"first_name": "An"})
    run = persons.push()
    made.refresh_from_db()
    customer.refresh_from_db()
    assert (run.created, made.state, made.customer_external_id) == (2, "present", customer.external_id)


@pytest.mark.parametrize("arrived", [True, False])
def test_law_5_an_unanswered_creation_of_a_person_makes_no_second_one(persons: Persons, arrived: bool) -> None:
    row = persons.row(persons.sim.control.ids()[0])
    made = person.create_person(row, {"first_name": "An", "last_name": "Peeters"})
    persons.sim.control.fault("dropped", method="POST", times=1, after=arrived, at="start")
    persons.push()
    Write.objects.update(look_up_at=None)
    persons.push()
    made.refresh_from_db()
    names = [contact["surname"] for contact in persons.sim.control.contacts(str(row.external_id))]
    assert (made.state, names.count("Peeters")) == ("present", 1)
    assert Write.objects.get().state == "done"


def test_a_person_that_was_not_sent_can_be_discarded(persons: Persons) -> None:
    made = person.create_person(persons.row(persons.sim.control.ids()[0]), {"first_name": "An"})
    person.discard_person(made)
    assert persons.push().expected == 0
    with pytest.raises(NotPossibleNow):
        person.discard_person(persons.one())


def test_a_customer_named_for_a_push_brings_its_persons_only(persons: Persons) -> None:
    one = persons.one()
    person.edit_person(one, {"phone": "03 234 56 78"})
    other = next(each for each in persons.sim.control.ids() if each != one.customer_external_id)
    assert persons.push(other).expected == 1
    assert PendingEdit.objects.count() == 1
    persons.push(str(one.customer_external_id))
    assert PendingEdit.objects.count() == 0


def test_what_is_no_field_or_no_name_of_a_person_is_refused(persons: Persons) -> None:
    for typed in ({"is_primary": "yes"}, {"customer_external_id": "2"}, {"city": "Gent"}):
        with pytest.raises(InvalidInput):
            person.edit_person(persons.one(), typed)
    with pytest.raises(InvalidInput, match="needs a first or a last name"):
        person.create_person(persons.row(persons.sim.control.ids()[0]), {"email": "an@example.com"})


def test_an_invalid_e_mail_of_a_person_is_saved_only_on_request(persons: Persons) -> None:
    with pytest.raises(DoubtfulInput):
        person.edit_person(persons.one(), {"email": "no address at all"})
    with pytest.raises(DoubtfulInput):
        person.create_person(persons.row(persons.sim.control.ids()[0]), {"first_name": "An", "phone": "0"})
    assert (PendingEdit.objects.count(), ContactPerson.objects.filter(state="local").count()) == (0, 0)
    assert person.edit_person(persons.one(), {"email": "no address at all"}, with_invalid=True).invalid


def test_no_person_is_created_on_a_read_only_connection(persons: Persons) -> None:
    persons.connection.settings["read_only"] = True
    persons.connection.save()
    with pytest.raises(NotAllowed):
        person.create_person(persons.row(persons.sim.control.ids()[0]), {"first_name": "An"})


def test_an_edit_of_a_customer_with_the_key_of_a_person_stays_its_own(persons: Persons) -> None:
    """Customers and persons are numbered apart."""
    one = persons.one()
    twin = persons.sim.control.ids()[0]
    edit.edit_customer(persons.row(twin), {"city": "Brugge aan Zee"})
    person.edit_person(one, {"phone": "03 234 56 78"})
    run = persons.push()
    assert (run.pushed, PendingEdit.objects.count()) == (2, 0)


def test_pending_edits_of_a_read_only_connection_become_overrides_and_are_sent_later(persons: Persons) -> None:
    one = persons.one()
    person.edit_person(one, {"designation": "Boss", "email": "ours@example.com"})
    persons.sim.control.change_contact(str(one.external_id), {"email": "theirs@example.com"})
    persons.sync_all(full=True)
    assert read_only.set_read_only(persons.connection, True) == 2
    persons.sync_all(full=True)
    one.refresh_from_db()
    assert (one.designation, one.email) == ("Boss", "ours@example.com")
    assert not PendingEdit.objects.exclude(here_only=True, conflict=None).exists()
    assert Conflict.objects.get().decision == "ours"
    assert read_only.set_read_only(persons.connection, False) == 2
    assert persons.push().failed == 0
    there = persons.there(one)
    assert (there["function"], there["email"], PendingEdit.objects.count()) == ("Boss", "ours@example.com", 0)


def test_a_person_created_before_waits_while_the_connection_is_read_only(persons: Persons) -> None:
    made = person.create_person(Customer.objects.order_by("pk")[0], {"last_name": "Nieuw"})
    read_only.set_read_only(persons.connection, True)
    read_only.set_read_only(persons.connection, False)
    assert persons.push().failed == 0
    made.refresh_from_db()
    assert persons.there(made)["surname"] == "Nieuw"
