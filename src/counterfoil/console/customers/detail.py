"""One customer in full: fields with their normal forms, contact persons, invoices, and what every record has."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import F
from django.http import HttpRequest

from counterfoil.connectors.page import Resource
from counterfoil.console.customers import edit_status
from counterfoil.console.customers.edit_status import EditMark
from counterfoil.console.lists import record_page
from counterfoil.console.lists.record_page import FieldView, Groups
from counterfoil.console.site import permissions
from counterfoil.console.widgets.formats import one_line
from counterfoil.mirror import primary_phone
from counterfoil.mirror.changes import DERIVED_FROM
from counterfoil.mirror.models import ContactPerson, Customer, State

NORMAL_FORM = {source: made for made, source in DERIVED_FROM.items() if made not in {"role", "name_key"}}
MOST_PERSONS = 50
MOST_INVOICES = 10


def context(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """What the template needs."""
    sees_persons = request.user.has_perm(permissions.SEE_PERSONS)
    marks = edit_status.edit_marks(request, customer)
    groups = {title: list(_fields(customer, names, marks)) for title, names in GROUPS}
    if sees_persons:
        groups["Contact"].insert(0, _to_call(customer))
    return {
        **record_page.context(request, customer, Resource.CUSTOMER, groups.items()),
        **edit_status.context(request, customer),
        "may_sync": request.user.has_perm(permissions.SYNC_CUSTOMER) and customer.external_id is not None,
        **(_persons(customer) if sees_persons else {}),
        **(_invoices(customer) if request.user.has_perm(permissions.SEE_INVOICES) else {}),
    }


def _fields(customer: Customer, names: tuple[str, ...], marks: Mapping[str, EditMark]) -> Iterator[FieldView]:
    for name in names:
        made = NORMAL_FORM.get(name, "")
        normal = one_line(getattr(customer, made)) if made else ""
        found = record_page.field_view(customer, Resource.CUSTOMER, name, normal=normal, normal_name=made)
        yield replace(found, mark=marks.get(name))
        if name == "upstream_role" and customer.role != customer.upstream_role:
            here = customer.role or "–"
            yield FieldView("Role here", here, normal="by an override of this connection", name="role")


def _to_call(customer: Customer) -> FieldView:
    """It may be a person's, so only who sees persons is shown it."""
    found = primary_phone.for_customer(customer)
    return FieldView("Phone to call", found.number if found else "", normal=found.whose if found else "")


def _persons(customer: Customer) -> dict[str, Any]:
    """The primary one first. Those that are gone upstream are kept, and left out here."""
    there = ContactPerson.objects.filter(customer=customer).exclude(state=State.TOMBSTONE).defer("raw", "extra")
    ordered = there.order_by(F("is_primary").desc(nulls_last=True), "name", "id")
    found = [_person(person) for person in ordered[: MOST_PERSONS + 1]]
    return {"persons": found[:MOST_PERSONS], "more_persons": len(found) > MOST_PERSONS}


def _person(person: ContactPerson) -> dict[str, Any]:
    normal = {"email": person.email_normalized, "phone": person.phone_e164, "mobile": person.mobile_e164}
    values = {name: value for name, value in normal.items() if value}
    return {
        "person": person,
        "function": ", ".join(filter(None, [person.designation, person.department])),
        "ways": [record_page.field_view(person, Resource.CONTACT_PERSON, name, values=values) for name in normal],
    }


def _invoices(customer: Customer) -> dict[str, Any]:
    """The newest."""
    newest = customer.invoices.order_by("-date", "-id").defer("raw", "extra")
    return {"invoices": list(newest[:MOST_INVOICES])}


GROUPS: Groups = (
    ("Company", ("name", "legal_form", "vat_number", "vat_tariff", "upstream_role", "status", "is_active")),
    ("Contact", ("phone", "mobile", "email", "billing_email", "website", "whatsapp", "peppol")),
    ("Address", ("street", "street2", "postal_code", "city", "country")),
    (
        "Administration",
        ("assignee", "gl_account", "external_sales_person", "follow_up_date", "language", "currency"),
    ),
)
"""Every field of `fields.CUSTOMER_FIELDS`."""
