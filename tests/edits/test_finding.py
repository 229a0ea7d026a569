"""Find or create: nobody is made twice, and where it is not sure somebody says who is meant."""

import pytest

from counterfoil.edits import find_or_create
from counterfoil.mirror.models import Customer
from tests.edits.conftest import Edited

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def garage(edited: Edited) -> Edited:
    """Make 7 a garage with a VAT number and an e-mail."""
    fields = {"name": "Garage Peeters BV", "vatIdNumber": "BE0403170701", "email": "info@peeters.example"}
    edited.sim.control.change(["7"], fields=fields)
    edited.sync(full=True)
    return edited


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "garage peeters"},
        {"name": "Garage PEETERS b.v.", "vat_number": "0403.170.701"},
        {"name": "Peeters, Garage", "vat_number": "BE0403170701", "external": "7"},
    ],
)
def test_an_existing_customer_is_found_and_not_created_again(garage: Edited, typed: dict[str, str]) -> None:
    external_id = typed.pop("external", None)
    creation = find_or_create.find_or_create(garage.connection, typed, external_id=external_id)
    assert creation.customer == garage.row("7")
    assert not creation.created
    assert not Customer.objects.filter(state="local").exists()


@pytest.mark.parametrize(
    "shared",
    [{"email": "INFO@peeters.example"}, {"phone": "03 234 56 78"}, {"vat_number": "0403.170.701"}],
)
def test_another_company_that_shares_a_contact_is_asked_about(garage: Edited, shared: dict[str, str]) -> None:
    """A holding, a bookkeeper's address, a switchboard: evidence, never identity."""
    garage.sim.control.change(["7"], fields={"tel": "+32 3 234 56 78"})
    garage.sync(full=True)
    creation = find_or_create.find_or_create(garage.connection, {"name": "Something else", **shared})
    assert (creation.customer, creation.created) == (None, False)
    assert creation.resolution is not None
    (hit,) = creation.resolution.hits
    assert (hit.candidate.external_id, hit.score < 1) == ("7", True)
    assert not Customer.objects.filter(state="local").exists()


def test_a_contradicting_vat_number_needs_a_decision(garage: Edited) -> None:
    typed = {"name": "Garage Peeters", "email": "info@peeters.example", "vat_number": "BE0456810810"}
    creation = find_or_create.find_or_create(garage.connection, typed)
    assert creation.customer is None
    assert creation.resolution is not None
    assert [hit.candidate.external_id for hit in creation.resolution.hits] == ["7"]


def test_a_new_customer_is_created_and_found_the_next_time(garage: Edited) -> None:
    typed = {"name": "Zeilmakerij Westerschelde", "phone": "0475 98 76 54"}
    first = find_or_create.find_or_create(garage.connection, typed)
    again = find_or_create.find_or_create(garage.connection, {**typed, "name": "ZEILMAKERIJ Westerschelde BV"})
    assert (first.created, again.created) == (True, False)
    assert first.customer == again.customer


def test_a_customer_is_created_anyway_on_request(garage: Edited) -> None:
    creation = find_or_create.find_or_create(garage.connection, {"name": "Garage Peeters BV"}, anyway=True)
    assert creation.created
