"""Keep what a customer has from its contact persons: how to reach it, and the words of theirs that find it.

Every transaction that changes persons, whose they are, or what decides about their numbers (the customer's
country, an edit of its own) calls `refresh` before it ends. A customer who has it all already stays untouched.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet

from counterfoil.connections import factory
from counterfoil.connectors.page import Resource
from counterfoil.mapping.contact_person import MOST_WORDS, search_words
from counterfoil.mirror.best_contact import REACHABLE, number, upstream_order
from counterfoil.mirror.models import Connection, ContactPerson, Customer, PendingEdit
from counterfoil.mirror.store import current_dialect
from counterfoil.mirror.store.person_contacts import PersonContacts
from counterfoil.normalize.best_contact import Reachable, best_email, best_phone

_FIELDS = ("phone", "mobile", "email")


class _Person(NamedTuple):
    """What is read of a person."""

    pk: int
    customer_id: int
    external_id: str | None
    name: str
    is_primary: bool | None
    mobile: str | None
    mobile_e164: str | None
    phone: str | None
    phone_e164: str | None
    email_normalized: str | None


class _Customer(NamedTuple):
    """What is read of a customer."""

    pk: int
    country_code: str | None
    mobile_e164: str | None
    phone_e164: str | None
    email_normalized: str | None


def lock_customers_of(
    connection_id: int, persons: Collection[str], owners: Collection[str] = (), *, keys: Collection[int] = ()
) -> list[int]:
    """Lock the customers to whom persons belong, and those to whom they will; return their keys for `refresh`.

    `persons` and `owners` are external ids, `keys` primary keys of persons. Call it before the persons are locked
    or written: so customers come first everywhere, and what `refresh` reads of persons stays as it is.
    """
    rows = ContactPerson.objects.filter(connection_id=connection_id).exclude(customer=None)
    found: set[int] = set()
    if persons:
        found.update(rows.filter(external_id__in=persons).values_list("customer_id", flat=True))
    if keys:
        found.update(rows.filter(pk__in=keys).values_list("customer_id", flat=True))
    if owners:
        named = Customer.objects.filter(connection_id=connection_id, external_id__in=owners)
        found.update(named.values_list("pk", flat=True))
    return _lock(found)


def has_persons(connection_id: int) -> bool:
    """Tell whether any person is stored: a first sync of customers has nothing to refresh."""
    return ContactPerson.objects.filter(connection_id=connection_id).exists()


def refresh(connection_id: int, customers: Collection[int]) -> None:
    """Lock these customers, by key, and choose again for them. Runs in the caller's transaction."""
    refresh_locked(connection_id, _lock(customers))


def refresh_locked(connection_id: int, customers: Sequence[int]) -> None:
    """Choose again for customers whom the caller's transaction has locked."""
    if not customers:
        return
    persons: dict[int, list[_Person]] = {}
    there = ContactPerson.objects.filter(customer_id__in=customers, state__in=REACHABLE)
    for person in map(_Person._make, there.order_by().values_list(*_Person._fields)):
        persons.setdefault(person.customer_id, []).append(person)
    edited = _edited_here(connection_id, customers, persons)
    rows = Customer.objects.filter(pk__in=customers).order_by().values_list(*_Customer._fields)
    chosen = [_choose(row, persons.get(row.pk, ()), edited.get(row.pk)) for row in map(_Customer._make, rows)]
    current_dialect().write_person_contacts(chosen)


def refresh_for(row: Any) -> None:
    """Choose again after a record of any resource was written."""
    if isinstance(row, ContactPerson) and row.customer_id is not None:
        refresh(row.connection_id, [row.customer_id])
    elif isinstance(row, Customer):
        refresh(row.connection_id, [row.pk])


def refresh_by_external_id(connection_id: int, customers: Collection[str]) -> None:
    """Choose again for the customers with these ids."""
    rows = Customer.objects.filter(connection_id=connection_id, external_id__in=customers)
    refresh(connection_id, list(rows.values_list("pk", flat=True)))


def _lock(keys: Collection[int]) -> list[int]:
    rows = Customer.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True)
    return list(rows.values_list("pk", flat=True)) if keys else []


def _choose(customer: _Customer, persons: Iterable[_Person], edited: "_Edited | None") -> PersonContacts:
    ordered = sorted(persons, key=lambda person: upstream_order(person.external_id))
    region = customer.country_code
    reachable = [_reachable(person, region) for person in ordered]
    if edited is not None:
        at = next(at for at, person in enumerate(ordered) if person.pk == edited.person)
        reachable[at] = edited.over(reachable[at], customer)
    nothing = Reachable(None, None)
    by_phone, by_email = best_phone(reachable, nothing, None), best_email(reachable, nothing)
    return PersonContacts(
        customer.pk,
        by_phone.value if by_phone else None,
        by_email.value if by_email else None,
        _words(ordered, reachable, region),
    )


def _reachable(person: _Person, region: str | None) -> Reachable:
    mobile = number(person.mobile_e164, person.mobile, region)
    phone = number(person.phone_e164, person.phone, region)
    return Reachable(mobile, phone, bool(person.is_primary), person.email_normalized)


def _words(persons: Sequence[_Person], reachable: Sequence[Reachable], region: str | None) -> list[str]:
    found: set[str] = set()
    for person, one in zip(persons, reachable, strict=True):
        numbers = ((person.mobile, one.mobile), (person.phone, one.phone))
        found.update(search_words(person.name, one.email, numbers, region))
    return sorted(found)[:MOST_WORDS]


class _Edited(NamedTuple):
    """Edits of a customer that a push writes to its primary person, who does not have them yet."""

    person: int
    fields: frozenset[str]

    def over(self, person: Reachable, customer: _Customer) -> Reachable:
        """Lay what was edited, which is the customer's own now, over what the person has."""
        return Reachable(
            customer.mobile_e164 if "mobile" in self.fields else person.mobile,
            customer.phone_e164 if "phone" in self.fields else person.phone,
            person.is_primary,
            customer.email_normalized if "email" in self.fields else person.email,
        )


def _edited_here(
    connection_id: int, customers: Sequence[int], persons: Mapping[int, Sequence[_Person]]
) -> dict[int, _Edited]:
    """Find the edits of customers whose numbers and addresses are their primary person's, by customer.

    An edit of the person itself counts more: it is sent after its customer's.
    """
    fields: dict[int, set[str]] = {}
    edits: QuerySet[PendingEdit] = PendingEdit.objects.for_records(customers, Resource.CUSTOMER)
    for key, field in edits.filter(field__in=_FIELDS).values_list("record_id", "field"):
        fields.setdefault(key, set()).add(field)
    if not fields:
        return {}
    connection = Connection.objects.get(pk=connection_id)
    reader = factory.connector_class(connection).collections[Resource.CUSTOMER].reader
    primary = {key: person for key in fields for person in persons.get(key, ()) if person.is_primary}
    of_persons = PendingEdit.objects.for_records(
        [person.pk for person in primary.values()], Resource.CONTACT_PERSON
    )
    theirs = set(of_persons.values_list("record_id", "field"))
    return {
        key: _Edited(person.pk, frozenset(left))
        for key, person in primary.items()
        if (left := {f for f in fields[key] & reader.of_primary_person if (person.pk, f) not in theirs})
    }
