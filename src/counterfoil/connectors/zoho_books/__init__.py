"""The connector for Zoho Books, a bookkeeping service. docs/zoho-books-contract.md describes its API."""

CONNECTOR = f"{__name__}.connector:ZohoBooks"
READERS = {
    "customer": f"{__name__}.contact_record:ContactReader",
    "contact_person": f"{__name__}.person_record:PersonReader",
    "invoice": f"{__name__}.invoice_record:InvoiceReader",
}
WEBHOOK_PATH = "zoho"
