"""The fields of a customer in the order in which people look for them."""

from counterfoil.console.record_page import Groups

GROUPS: Groups = (
    ("Company", ("name", "legal_form", "vat_number", "vat_tariff", "upstream_role", "status", "is_active")),
    ("Contact", ("phone", "mobile", "email", "billing_email", "website", "whatsapp", "peppol")),
    ("Address", ("street", "street2", "postal_code", "city", "country")),
    (
        "Administration",
        ("assignee", "gl_account", "external_sales_person", "follow_up_date", "language", "currency"),
    ),
)
"""Every field of `fields.CUSTOMER_FIELDS`."""
