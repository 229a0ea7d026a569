"""The two forms of an invoice: a row of a list, and a single read (contract section 4.2)."""

from datetime import date
from uuid import uuid4

from counterfoil_simulators.zoho_books.amounts import render_amount
from counterfoil_simulators.zoho_books.books import OPEN
from counterfoil_simulators.zoho_books.organization import CURRENCY, TEMPLATE, SimulatedOrganization
from counterfoil_simulators.zoho_books.records import Json, SimulatedInvoice, to_money
from counterfoil_simulators.zoho_books.switches import ZohoSwitches, changing_values

WAITING = OPEN | {"overdue"}
"""The shown statuses of unpaid invoices, which `status=unpaid` lists."""
_NOT_ISSUED = frozenset({"draft", "pending_approval", "rejected"})
_NOTHING = to_money(0)
_TEXTS = ("reference_number", "invoice_number", "date", "due_date")


def shown_status(invoice: SimulatedInvoice, today: date) -> str:
    """Return the status as of today: an unpaid invoice is overdue after its due date."""
    status = str(invoice.body["status"])
    late = status in OPEN and invoice.balance > 0 and invoice.body["due_date"] < today.isoformat()
    return "overdue" if late else status


def list_row(invoice: SimulatedInvoice, organization: SimulatedOrganization, switches: ZohoSwitches) -> Json:
    """Render an invoice for a list: no lines, no persons; `zipcode` in its address."""
    body = invoice.body
    status = shown_status(invoice, organization.today)
    customer = organization.books.contacts.get(invoice.customer_id)
    primary = organization.books.primary_of(invoice.customer_id) if switches.invoice_phone == "primary" else None
    billing = {} if customer is None else customer.body["billing_address"]
    modified = organization.format_instant(invoice.modified)
    row: Json = {
        "ach_payment_initiated": False,
        "invoice_id": invoice.id,
        "zcrm_potential_id": "",
        "zcrm_potential_name": "",
        "customer_id": invoice.customer_id,
        "customer_name": body["customer_name"],
        "company_name": "" if customer is None else customer.body["company_name"],
        "status": status,
        **{name: body[name] for name in _TEXTS},
        "issued_date": "" if status in _NOT_ISSUED else body["date"],
        "due_days": due_days(invoice, organization.today),
        "email": "" if primary is None else primary.body["email"],
        "phone": "" if primary is None else primary.body["phone"],
        "country": billing.get("country", ""),
        "project_name": "",
        "billing_address": _short_address(billing),
        "shipping_address": {},
        "created_by": "Office",
        "total": render_amount(invoice.total, switches.money),
        "balance": render_amount(invoice.balance, switches.money),
        "payment_expected_date": body["payment_expected_date"],
        "custom_fields": [],
        "custom_field_hash": {},
        "tags": [],
        "salesperson_id": "",
        "salesperson_name": "",
        "shipping_charge": render_amount(_NOTHING, switches.money),
        "adjustment": render_amount(_NOTHING, switches.money),
        "created_time": organization.format_instant(invoice.created),
        "last_modified_time": modified,
        "updated_time": modified,
        "is_viewed_by_client": body["status"] == "viewed",
        "client_viewed_time": "",
        "has_attachment": False,
        "is_emailed": body["status"] in OPEN,
        "color_code": "",
        "current_sub_status_id": "",
        "current_sub_status": status,
        **_currency(invoice, organization),
        "schedule_time": "",
        "template_type": "standard",
        "template_id": organization.fixed_id(TEMPLATE),
        "invoice_source": "Api",
        "sales_channel": "direct_sales",
        "transaction_type": "renewal",
        "reminders_sent": 0,
        "last_reminder_sent_date": "",
        "last_payment_date": body["last_payment_date"],
        "documents": "",
        "write_off_amount": render_amount(_NOTHING, switches.money),
        "exchange_rate": 1,
        "unprocessed_payment_amount": render_amount(_NOTHING, switches.money),
    }
    return row | _link(invoice, status, switches) | changing_values(switches)


def detail(invoice: SimulatedInvoice, organization: SimulatedOrganization, switches: ZohoSwitches) -> Json:
    """Render an invoice for a single read: lines, persons, payments; `zip` in its addresses."""
    body, style = invoice.body, switches.money
    status = shown_status(invoice, organization.today)
    customer = organization.books.contacts.get(invoice.customer_id)
    persons = organization.books.persons_of(invoice.customer_id)
    total, balance = render_amount(invoice.total, style), render_amount(invoice.balance, style)
    found: Json = {
        "invoice_id": invoice.id,
        "customer_id": invoice.customer_id,
        "customer_name": body["customer_name"],
        "email": "",
        "status": status,
        **{name: body[name] for name in _TEXTS},
        "issued_date": "" if status in _NOT_ISSUED else body["date"],
        "payment_expected_date": body["payment_expected_date"],
        "payment_terms": body["payment_terms"],
        "payment_terms_label": body["payment_terms_label"],
        "last_payment_date": body["last_payment_date"],
        **_currency(invoice, organization),
        "exchange_rate": 1,
        "price_precision": 2,
        "line_items": [
            {
                "line_item_id": organization.fixed_id(int(invoice.id) % 1_000_000_000 + 1),
                "name": "Services",
                "description": "",
                "item_order": 0,
                "quantity": 1,
                "rate": total,
                "item_total": total,
            }
        ],
        "sub_total": total,
        "tax_total": render_amount(_NOTHING, style),
        "total": total,
        "payment_made": render_amount(invoice.total - invoice.balance, style),
        "credits_applied": render_amount(_NOTHING, style),
        "write_off_amount": render_amount(_NOTHING, style),
        "balance": balance,
        "contact_persons": [person.id for person in persons if person.is_primary],
        "contact_persons_details": [],
        "contact": {"customer_balance": render_amount(organization.books.outstanding(invoice.customer_id), style)},
        "billing_address": {} if customer is None else customer.body["billing_address"],
        "shipping_address": {} if customer is None else customer.body["shipping_address"],
        "custom_fields": [],
        "custom_field_hash": {},
        "notes": body["notes"],
        "terms": "",
        "template_id": organization.fixed_id(TEMPLATE),
        "is_viewed_by_client": body["status"] == "viewed",
        "is_emailed": body["status"] in OPEN,
        "payment_reminder_enabled": True,
        "next_reminder_date_formatted": "",
        "stop_reminder_until_payment_expected_date": False,
        "reminders_sent": 0,
        "current_sub_status": status,
        "created_time": organization.format_instant(invoice.created),
        "last_modified_time": organization.format_instant(invoice.modified),
    }
    return found | _link(invoice, status, switches)


def due_days(invoice: SimulatedInvoice, today: date) -> str:
    """How long until, or since, the due date, in words; nothing for one that waits for no money."""
    if shown_status(invoice, today) not in WAITING:
        return ""
    days = (date.fromisoformat(invoice.body["due_date"]) - today).days
    if days == 0:
        return "Due Today"
    return f"Due in {days} days" if days > 0 else f"Overdue by {-days} days"


def _short_address(billing: Json) -> Json:
    names = ("address", "street2", "city", "state", "country", "phone", "fax", "attention")
    return {name: billing[name] for name in names} | {"zipcode": billing["zip"]} if billing else {}


def _currency(invoice: SimulatedInvoice, organization: SimulatedOrganization) -> Json:
    return {
        "currency_id": organization.fixed_id(CURRENCY),
        "currency_code": invoice.body["currency_code"],
        "currency_symbol": organization.profile.currency_symbol,
    }


def _link(invoice: SimulatedInvoice, status: str, switches: ZohoSwitches) -> Json:
    """Where the customer may look at it; a draft has none."""
    if status in _NOT_ISSUED:
        return {}
    token = uuid4().hex if switches.invoice_url == "token" else invoice.id
    return {"invoice_url": f"https://books.example/portal/invoice?CInvoiceID={token}"}
