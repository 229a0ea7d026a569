"""A customer's page: its contact persons and its latest invoices."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from counterfoil.ingest import customer_contacts
from counterfoil.mirror.models import ContactPerson, Customer
from tests.console import making
from tests.console.asking import page
from tests.console.people import logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def peeters() -> Customer:
    return making.customer(making.connection(), "Garage Peeters")


def _at(customer: Customer) -> str:
    return f"/customers/{customer.pk}/"


def test_contact_persons_are_shown_with_the_primary_one_first(viewer: Client, peeters: Customer) -> None:
    making.contact_person(peeters, "Abel", phone="see website", invalid={"phone": "no digits in it"})
    making.contact_person(
        peeters, "Zoe", is_primary=True, designation="Accounts", mobile="0470", mobile_e164="+32470123456"
    )
    making.contact_person(peeters, "Gone", state="tombstone")
    making.contact_person(making.customer(peeters.connection, "Else"), "Somebody elses")
    shown = page(viewer, _at(peeters))
    assert re.findall(r"<b>(Abel|Zoe|Gone|Somebody elses)</b>", shown) == ["Zoe", "Abel"]
    assert shown.count(">Primary</span>") == 1
    for words in ("Accounts", "+32470123456", "no digits in it"):
        assert words in shown


def test_the_ten_latest_invoices_are_shown_with_a_link_to_all(viewer: Client, peeters: Customer) -> None:
    today = timezone.localdate()
    for number in range(12):
        making.invoice(peeters, f"INV-{number:02}", date=today - timedelta(days=number))
    making.invoice(making.customer(peeters.connection, "Else"), "INV-else")
    shown = page(viewer, _at(peeters))
    assert re.findall(r">(INV-[^<]*)</a>", shown) == [f"INV-{number:02}" for number in range(10)]
    link = f"/invoices/?customer={peeters.pk}"
    assert f'href="{link}"' in shown
    everything = page(viewer, link)
    assert len(set(re.findall(r'title="(INV-[^"]*)"', everything))) == 12
    assert "INV-else" not in everything
    assert f'<option value="{peeters.pk}" selected>Garage Peeters</option>' in everything


def test_persons_and_invoices_need_their_own_permissions(peeters: Customer) -> None:
    making.contact_person(peeters, "Zoe")
    making.invoice(peeters, "INV-1")
    someone = User.objects.create_user("someone", is_staff=True)
    someone.user_permissions.add(Permission.objects.get(codename="view_customer"))
    shown = page(logged_in(someone), _at(peeters))
    assert "Garage Peeters" in shown
    assert "Zoe" not in shown
    assert "INV-1" not in shown


def test_a_customer_without_persons_and_invoices_has_no_empty_cards(viewer: Client, peeters: Customer) -> None:
    shown = page(viewer, _at(peeters))
    assert "Contact persons" not in shown
    assert "Latest invoices" not in shown


def test_the_best_phone_number_is_shown_with_its_owner(viewer: Client, peeters: Customer) -> None:
    making.contact_person(peeters, "Abel <b>", mobile="0470 11 11 11", mobile_e164="+32470111111")
    shown = page(viewer, _at(peeters))
    assert "<dt>Best phone number</dt>" in shown
    assert "Abel &lt;b&gt;</span>" in shown
    making.contact_person(peeters, "Zoe", is_primary=True, mobile="0470 22 22 22", mobile_e164="+32470222222")
    assert '+32470222222</span>\n                        <span class="cf-normal">Zoe, the primary contact' in page(
        viewer, _at(peeters)
    )


def test_the_best_phone_number_needs_permission_to_see_persons(peeters: Customer) -> None:
    making.contact_person(peeters, "Zoe", mobile="0470 22 22 22", mobile_e164="+32470222222")
    someone = User.objects.create_user("someone", is_staff=True)
    someone.user_permissions.add(Permission.objects.get(codename="view_customer"))
    shown = page(logged_in(someone), _at(peeters))
    assert "Best phone number" not in shown
    assert "+32470222222" not in shown
    assert "+32470222222" not in page(logged_in(someone), "/customers/")


def test_the_lists_show_the_best_number_and_follow_a_change(viewer: Client, peeters: Customer) -> None:
    zoe = making.contact_person(peeters, "Zoe", mobile="0470 22 22 22", mobile_e164="+32470222222")
    bill = making.invoice(peeters)
    where = ("/customers/", "/invoices/", f"/invoices/{bill.pk}/", _at(peeters))
    assert all("+32470222222" in page(viewer, address) for address in where)
    ContactPerson.objects.update(mobile="0470 33 33 33", mobile_e164="+32470333333")
    customer_contacts.refresh_for(zoe)
    assert all("+32470333333" in page(viewer, address) for address in where)
