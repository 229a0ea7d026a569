"""Zoho Books, bookkeeping. What is known of its API stands in docs/zoho-books-contract.md."""

CONNECTOR = f"{__name__}.connector:ZohoBooks"
READERS = {
    "customer": f"{__name__}.contact_record:ContactReader",
    "contact_person": f"{__name__}.person_record:PersonReader",
    "invoice": f"{__name__}.invoice_record:InvoiceReader",
}
WEBHOOK_PATH = "zoho"
