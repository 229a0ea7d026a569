"""The two forms of a contact person: within its contact, and in a list (contract sections 2.2 and 3)."""

from counterfoil_simulators.zoho_books import zones
from counterfoil_simulators.zoho_books.organization import SimulatedOrganization
from counterfoil_simulators.zoho_books.records import Json, Person


def person_in_contact(person: Person) -> Json:
    """Render a person for its contact's `contact_persons`."""
    body = person.body
    return {
        "contact_person_id": person.id,
        "salutation": body["salutation"],
        "first_name": body["first_name"],
        "last_name": body["last_name"],
        "email": body["email"],
        "phone": body["phone"],
        "mobile": body["mobile"],
        "mobile_country_code": "",
        "mobile_code_formatted": "",
        "department": body["department"],
        "designation": body["designation"],
        "skype": "",
        "fax": "",
        "is_primary_contact": body["is_primary_contact"],
        "is_added_in_portal": False,
        "can_invite": True,
        "is_sms_enabled_for_cp": False,
        "contactperson_custom_fields": [],
        "communication_preference": {"is_email_enabled": True},
    }


def list_row(person: Person, organization: SimulatedOrganization) -> Json:
    """Render a person for a list, with its contact; its creation is a date as people read it."""
    body = person.body
    contact = organization.books.contacts[person.contact_id]
    return {
        "contact_id": contact.id,
        "contact_name": contact.name,
        "contact_person_id": person.id,
        "salutation": body["salutation"],
        "first_name": body["first_name"],
        "last_name": body["last_name"],
        "email": body["email"],
        "phone": body["phone"],
        "mobile": body["mobile"],
        "department": body["department"],
        "designation": body["designation"],
        "skype": "",
        "fax": "",
        "currency_code": contact.body["currency_code"],
        "created_time": zones.display(person.created, organization.zone),
        "is_primary_contact": body["is_primary_contact"],
        "contactperson_custom_fields": [],
    }
