"""What webhooks are told: the record as a single read shows it just then (contract section 6)."""

from counterfoil_simulators.zoho_books import contact_rows, invoice_rows
from counterfoil_simulators.zoho_books.organization import SimulatedOrganization
from counterfoil_simulators.zoho_books.records import Contact, SimulatedInvoice
from counterfoil_simulators.zoho_books.tenant import ZohoTenant
from counterfoil_simulators.zoho_books.webhook import Event


def tell_of_contact(
    tenant: ZohoTenant, organization: SimulatedOrganization, contact: Contact, event: Event
) -> None:
    """A contact was created or edited, or is about to be deleted."""
    names = ("contact", str(contact.body["contact_type"]))
    webhooks = tenant.webhooks.choose(lambda one: one.wants(organization.id, names, event))
    if webhooks:
        record = contact_rows.detail(contact, organization, tenant.switches)
        tenant.webhooks.tell(webhooks, "contact", event, contact.id, record)


def tell_of_invoice(
    tenant: ZohoTenant, organization: SimulatedOrganization, invoice: SimulatedInvoice, event: Event
) -> None:
    """An invoice was created or edited, or is about to be deleted."""
    webhooks = tenant.webhooks.choose(lambda one: one.wants(organization.id, ("invoice",), event))
    if webhooks:
        record = invoice_rows.detail(invoice, organization, tenant.switches)
        tenant.webhooks.tell(webhooks, "invoice", event, invoice.id, record)
