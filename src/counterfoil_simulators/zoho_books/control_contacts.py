"""Control of contacts and their persons: what people change in Zoho Books itself."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from counterfoil_simulators.clock import parse_instant
from counterfoil_simulators.data.names import BRANDS
from counterfoil_simulators.zoho_books import changes, contact_rows, person_rows
from counterfoil_simulators.zoho_books.data.contact import blank_address
from counterfoil_simulators.zoho_books.data.later_changes import new_contact, new_person, new_phone
from counterfoil_simulators.zoho_books.data.person import blank_person
from counterfoil_simulators.zoho_books.organization import SimulatedOrganization
from counterfoil_simulators.zoho_books.records import Contact, Json, Person
from counterfoil_simulators.zoho_books.tenant import ZohoTenant

type Ids = Sequence[str] | str | None


class ContactControl:
    """Adds, changes and removes contacts and persons. Fields have Zoho's names."""

    tenant: ZohoTenant

    # Looking

    def contact(self, contact_id: str) -> Json:
        """Return a contact in the form of a single read. Raises KeyError when there is none."""
        with self.tenant.lock:
            organization, contact = self._contact(contact_id)
            return contact_rows.detail(contact, organization, self.tenant.switches)

    def contact_ids(self, kind: str | None = "customer", organization: str | None = None) -> list[str]:
        """List the ids of customers, of vendors, or of both (None), in order."""
        with self.tenant.lock:
            contacts = self.tenant.organization(organization).books.contacts.values()
            return sorted(one.id for one in contacts if kind in {None, one.body["contact_type"]})

    def persons(self, contact_id: str) -> list[Json]:
        """List the persons of a contact."""
        with self.tenant.lock:
            organization, contact = self._contact(contact_id)
            return [person_rows.list_row(one, organization) for one in organization.books.persons_of(contact.id)]

    # Contacts

    def add_contact(
        self,
        n: int = 1,
        fields: Json | None = None,
        *,
        kind: str = "customer",
        contact_id: str | None = None,
        organization: str | None = None,
    ) -> list[str]:
        """Add invented contacts, or ones with these fields and nothing else; returns their ids."""
        with self.tenant.lock:
            chosen = self.tenant.organization(organization)
            added = []
            for _ in range(n):
                body = new_contact(chosen, kind, self.tenant.dice)
                if fields is not None:
                    body = _contact_with(body, fields, chosen)
                added.append(changes.insert_contact(self.tenant, chosen, body, contact_id=contact_id).id)
            return added

    def change_contact(
        self,
        ids: Ids = None,
        n: int = 1,
        fields: Json | None = None,
        *,
        rename: bool = False,
        touch: bool = True,
        modified_at: str | None = None,
        organization: str | None = None,
    ) -> list[str]:
        """Change the given contacts, or `n` random customers; returns their ids.

        They get the given fields (an address is merged in), or another phone number in the billing address; with
        `rename`, a new name. `touch=False` leaves `last_modified_time`; `modified_at` sets it.
        """
        with self._chosen(ids, n, organization) as chosen:
            for where, contact in chosen:
                found = self._make_change(where, contact, rename=rename) if fields is None else fields
                moment = None if touch else contact.modified
                if modified_at is not None:
                    moment = int(parse_instant(modified_at))
                patch = found | _addresses(contact, found)
                changes.change_contact(self.tenant, where, contact, patch, modified=moment)
            return [contact.id for _, contact in chosen]

    def deactivate(self, ids: Ids = None, n: int = 1, *, organization: str | None = None) -> list[str]:
        """Mark contacts as inactive."""
        return self.change_contact(ids, n, {"status": "inactive"}, organization=organization)

    def activate(self, ids: Ids) -> list[str]:
        """Mark contacts as active."""
        return self.change_contact(ids, fields={"status": "active"})

    def delete_contact(self, ids: Ids = None, n: int = 1, *, organization: str | None = None) -> list[str]:
        """Delete contacts with their persons; their invoices stay."""
        with self._chosen(ids, n, organization) as chosen:
            for where, contact in chosen:
                changes.remove_contact(self.tenant, where, contact)
            return [contact.id for _, contact in chosen]

    def merge_contacts(self, survivor: str, victim: str) -> None:
        """Merge one contact into another: persons and invoices move, the victim's id is gone."""
        with self.tenant.lock:
            organization, kept = self._contact(survivor)
            changes.merge_contacts(self.tenant, organization, kept, organization.books.contacts[victim])

    # Persons

    def add_person(self, contact_id: str, fields: Json | None = None) -> str:
        """Add an invented person, or one with these fields and nothing else; returns the id."""
        with self.tenant.lock:
            organization, contact = self._contact(contact_id)
            body = new_person(organization, contact, self.tenant.dice)
            if fields is not None:
                body = blank_person() | {"is_primary_contact": body["is_primary_contact"]} | fields
            return changes.insert_person(self.tenant, organization, contact, body).id

    def change_person(self, person_id: str, fields: Json) -> None:
        with self.tenant.lock:
            organization, person = self._person(person_id)
            changes.change_person(self.tenant, organization, person, fields)

    def make_primary(self, person_id: str) -> None:
        with self.tenant.lock:
            changes.make_primary(self.tenant, *self._person(person_id))

    def delete_person(self, person_id: str) -> None:
        """Delete a person; if it was the primary one, the next person becomes primary."""
        with self.tenant.lock:
            changes.remove_person(self.tenant, *self._person(person_id))

    def _contact(self, contact_id: str) -> tuple[SimulatedOrganization, Contact]:
        for organization in self.tenant.organizations.values():
            if contact_id in organization.books.contacts:
                return organization, organization.books.contacts[contact_id]
        raise KeyError(contact_id)

    def _person(self, person_id: str) -> tuple[SimulatedOrganization, Person]:
        for organization in self.tenant.organizations.values():
            if person_id in organization.books.persons:
                return organization, organization.books.persons[person_id]
        raise KeyError(person_id)

    @contextmanager
    def _chosen(
        self, ids: Ids, n: int, organization: str | None
    ) -> Iterator[list[tuple[SimulatedOrganization, Contact]]]:
        """Yield the given contacts, or random customers, with the books locked."""
        with self.tenant.lock:
            if ids is None:
                ids = self.tenant.dice.sample(self.contact_ids("customer", organization), n)
            yield [self._contact(one) for one in ([ids] if isinstance(ids, str) else ids)]

    def _make_change(self, organization: SimulatedOrganization, contact: Contact, *, rename: bool) -> Json:
        if rename:
            return {"contact_name": f"{self.tenant.dice.pick(BRANDS)} {contact.name}"}
        before = contact.body["billing_address"]["phone"]
        return {"billing_address": {"phone": new_phone(organization, before, self.tenant.dice)}}


def _contact_with(invented: Json, fields: Json, organization: SimulatedOrganization) -> Json:
    """Return a contact with these fields and nothing else."""
    kept = ("contact_type", "status", "customer_sub_type", "currency_code")
    blank = {name: value if name in kept else "" for name, value in invented.items()}
    addresses = {
        name: blank_address(organization.books.next_id()) for name in ("billing_address", "shipping_address")
    }
    blank |= {"payment_terms": 0, "portal_status": "disabled", "contact_name": "Unnamed"} | addresses
    return blank | fields | {name: addresses[name] | fields.get(name, {}) for name in addresses}


def _addresses(contact: Contact, fields: Json) -> Json:
    names = ("billing_address", "shipping_address")
    return {name: contact.body[name] | fields[name] for name in names if name in fields}
