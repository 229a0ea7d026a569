"""Control of invoices: what people change in Zoho Books itself, and changes without an event."""

from counterfoil_simulators.clock import parse_instant
from counterfoil_simulators.zoho_books import changes, invoice_rows
from counterfoil_simulators.zoho_books.data.later_changes import new_invoice
from counterfoil_simulators.zoho_books.organization import SimulatedOrganization
from counterfoil_simulators.zoho_books.records import Json, SimulatedInvoice, to_money
from counterfoil_simulators.zoho_books.tenant import ZohoTenant

AMOUNTS = ("total", "balance")


class InvoiceControl:
    """Adds and changes invoices. Fields have Zoho's names; amounts may be numbers or texts."""

    tenant: ZohoTenant

    def invoice(self, invoice_id: str) -> Json:
        """Return an invoice in the form of a list. Raises KeyError when there is none."""
        with self.tenant.lock:
            organization, invoice = self._invoice(invoice_id)
            return invoice_rows.list_row(invoice, organization, self.tenant.switches)

    def invoice_ids(self, status: str | None = None, organization: str | None = None) -> list[str]:
        """List the ids of all invoices, or of those shown with a status, in order."""
        with self.tenant.lock:
            chosen = self.tenant.organization(organization)
            shown = (
                (one.id, invoice_rows.shown_status(one, chosen.today)) for one in chosen.books.invoices.values()
            )
            return sorted(invoice_id for invoice_id, found in shown if status in {None, found})

    def add_invoice(
        self,
        customer_id: str | None = None,
        n: int = 1,
        fields: Json | None = None,
        *,
        invoice_id: str | None = None,
    ) -> list[str]:
        """Add invoices written and sent today, with these fields on top; returns their ids.

        Without a customer: a random one. The customer may also be unknown, as if it were deleted; such an invoice
        belongs to the first organisation.
        """
        with self.tenant.lock:
            return [self._add(customer_id, fields or {}, invoice_id) for _ in range(n)]

    def change_invoice(
        self, invoice_id: str, fields: Json, *, touch: bool = True, modified_at: str | None = None
    ) -> None:
        """Change fields of an invoice; `touch=False` leaves `last_modified_time`, `modified_at` sets it."""
        with self.tenant.lock:
            organization, invoice = self._invoice(invoice_id)
            moment = None if touch else invoice.modified
            if modified_at is not None:
                moment = int(parse_instant(modified_at))
            changes.change_invoice(self.tenant, organization, invoice, _with_money(fields), modified=moment)

    def pay(self, invoice_id: str, amount: float | str | None = None) -> Json:
        """Pay an invoice in full or in part; the customer's `last_modified_time` does not move."""
        with self.tenant.lock:
            organization, invoice = self._invoice(invoice_id)
            changes.pay(
                self.tenant, organization, invoice, invoice.balance if amount is None else to_money(amount)
            )
            return self.invoice(invoice_id)

    def send(self, invoice_id: str) -> None:
        """Mark a draft as sent."""
        self.change_invoice(invoice_id, {"status": "sent"})

    def void(self, invoice_id: str) -> None:
        """Void an invoice; it keeps its balance."""
        self.change_invoice(invoice_id, {"status": "void"})

    def set_balance(self, invoice_id: str, balance: float | str) -> None:
        """Change a balance only: no time moves, neither of the invoice nor of the customer."""
        self.change_invoice(invoice_id, {"balance": balance}, touch=False)

    def delete_invoice(self, invoice_id: str) -> None:
        with self.tenant.lock:
            changes.remove_invoice(self.tenant, *self._invoice(invoice_id))

    def _add(self, customer_id: str | None, fields: Json, invoice_id: str | None) -> str:
        organization = self._organization_of(customer_id)
        contacts = organization.books.contacts
        if customer_id is None:
            customer_id = self.tenant.dice.pick(sorted(one.id for one in contacts.values() if one.is_customer))
        customer = contacts.get(customer_id)
        body = new_invoice(organization, "" if customer is None else customer.name, self.tenant.dice)
        total = fields.get("total")
        body |= _with_money(({} if total is None else {"balance": total}) | fields)
        return changes.insert_invoice(self.tenant, organization, customer_id, body, invoice_id=invoice_id).id

    def _organization_of(self, customer_id: str | None) -> SimulatedOrganization:
        owners = (one for one in self.tenant.organizations.values() if customer_id in one.books.contacts)
        return next(owners, self.tenant.default_organization)

    def _invoice(self, invoice_id: str) -> tuple[SimulatedOrganization, SimulatedInvoice]:
        for organization in self.tenant.organizations.values():
            if invoice_id in organization.books.invoices:
                return organization, organization.books.invoices[invoice_id]
        raise KeyError(invoice_id)


def _with_money(fields: Json) -> Json:
    return fields | {name: to_money(fields[name]) for name in AMOUNTS if name in fields}
