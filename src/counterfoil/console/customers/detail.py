"""The page of one customer: fields with their normal forms, contact persons, invoices, state and history."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import F
from django.http import HttpRequest

from counterfoil.connections import wording
from counterfoil.connectors.page import Resource
from counterfoil.console.customers import deletion_status, edit_status
from counterfoil.console.customers.edit_status import EditMark
from counterfoil.console.lists import record_page
from counterfoil.console.lists.record_page import FieldView, Groups
from counterfoil.console.site import permissions
from counterfoil.console.widgets.formats import one_line
from counterfoil.mirror import answered_ids, best_contact
from counterfoil.mirror.changes import DERIVED_FROM
from counterfoil.mirror.models import ContactPerson, Customer, State

NORMAL_FORM = {source: made for made, source in DERIVED_FROM.items() if made not in {"role", "name_key"}}
MOST_PERSONS = 50
MOST_INVOICES = 10


def context(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """Return the template context."""
    system = wording.system(customer.connection)
    sees_persons = request.user.has_perm(permissions.SEE_PERSONS)
    marks = edit_status.edit_marks(request, customer)
    groups = {title: list(_fields(customer, names, marks)) for title, names in GROUPS}
    if sees_persons:
        groups["Contact"][:0] = best_contact_views(customer)
    return {
        **record_page.context(request, customer, Resource.CUSTOMER, groups.items()),
        **edit_status.context(request, customer),
        **deletion_status.context(request, customer),
        "system": system,
        "answering": answered_ids.answering_customer(customer),
        "answered_for": answered_ids.customers_answered_for(customer),
        "payload_note": f"As received from {system}.",
        "may_sync": request.user.has_perm(permissions.SYNC_CUSTOMER)
        and customer.external_id is not None
        and customer.connection.removed_at is None,
        **(_persons(customer) if sees_persons else {}),
        **(_invoices(customer) if request.user.has_perm(permissions.SEE_INVOICES) else {}),
    }


def _fields(customer: Customer, names: tuple[str, ...], marks: Mapping[str, EditMark]) -> Iterator[FieldView]:
    for name in names:
        column = NORMAL_FORM.get(name, "")
        normal = one_line(getattr(customer, column)) if column else ""
        view = record_page.field_view(customer, Resource.CUSTOMER, name, normal=normal, normal_name=column)
        if name == "upstream_role":
            view = replace(view, label=f"Role in {wording.system(customer.connection)}")
        yield replace(view, mark=marks.get(name))
        if name == "upstream_role" and customer.role != customer.upstream_role:
            role = customer.role or "–"
            yield FieldView("Role used here", role, normal="set by a role rule of this connection", name="role")


def best_contact_views(customer: Customer) -> list[FieldView]:
    """Return the best phone number and e-mail address, each with its owner.

    They may be a person's: show them only to users who may see contact persons.
    """
    best = best_contact.best_contacts(customer)
    return [
        FieldView(label, found.value if found else "", normal=found.whose if found else "")
        for label, found in (("Best phone number", best.phone), ("Best e-mail", best.email))
    ]


def _persons(customer: Customer) -> dict[str, Any]:
    """Return the context of the persons, the primary one first and deleted ones left out."""
    rows = ContactPerson.objects.filter(customer=customer).exclude(state=State.TOMBSTONE).defer("raw", "extra")
    ordered = rows.order_by(F("is_primary").desc(nulls_last=True), "name", "id")
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
    newest = customer.invoices.order_by("-date", "-id").defer("raw", "extra")
    return {"invoices": list(newest[:MOST_INVOICES])}


GROUPS: Groups = (
    (
        "Company",
        ("name", "company_name", "legal_form", "vat_number", "vat_tariff", "upstream_role", "status", "is_active"),
    ),
    ("Contact", ("phone", "mobile", "email", "billing_email", "website", "whatsapp", "peppol")),
    ("Address", ("street", "street2", "postal_code", "city", "country")),
    (
        "Administration",
        (
            "assignee",
            "gl_account",
            "external_sales_person",
            "follow_up_date",
            "language",
            "currency",
            "upstream_created_at",
        ),
    ),
)
"""All of `fields.CUSTOMER_FIELDS`, by heading."""
