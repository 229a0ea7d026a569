"""The events of webhooks, each with the record in the form of a single read (contract section 6)."""

from counterfoil_simulators.zoho_books import contact_rows, invoice_rows
from counterfoil_simulators.zoho_books.organization import SimulatedOrganization
from counterfoil_simulators.zoho_books.records import Contact, SimulatedInvoice
from counterfoil_simulators.zoho_books.tenant import ZohoTenant
from counterfoil_simulators.zoho_books.webhook import Event


def notify_of_contact(
    tenant: ZohoTenant, organization: SimulatedOrganization, contact: Contact, event: Event
) -> None:
    """Queue the event that a contact was created or edited, or is about to be deleted."""
    names = ("contact", str(contact.body["contact_type"]))
    webhooks = tenant.webhooks.choose(lambda one: one.wants(organization.id, names, event))
    if webhooks:
        record = contact_rows.detail(contact, organization, tenant.switches)
        tenant.webhooks.notify(webhooks, "contact", event, contact.id, record)


def notify_of_invoice(
    tenant: ZohoTenant, organization: SimulatedOrganization, invoice: SimulatedInvoice, event: Event
) -> None:
    """Queue the event that an invoice was created or edited, or is about to be deleted."""
    webhooks = tenant.webhooks.choose(lambda one: one.wants(organization.id, ("invoice",), event))
    if webhooks:
        record = invoice_rows.detail(invoice, organization, tenant.switches)
        tenant.webhooks.notify(webhooks, "invoice", event, invoice.id, record)
