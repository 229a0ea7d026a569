"""A mirrored invoice."""

from django.db import models

from counterfoil.mirror.models.customer import Customer
from counterfoil.mirror.models.invoice_customer import CustomerNameOfInvoice
from counterfoil.mirror.models.mirrored import Mirrored

PREFIX = ("int8_ops", "text_pattern_ops")
"""Operator classes by which PostgreSQL finds prefixes in an index, whatever the database's collation."""


class Invoice(Mirrored):
    """See `Mirrored`. `customer` is linked by `customer_external_id` as soon as that customer is stored.

    The customer has the name, phone and country; for an invoice without a link see `mirror.invoice_customer`.
    Dates have no time and no zone. `status` is the upstream's, known to us or not. A void invoice keeps its
    balance, so the balance alone never tells what is owed.
    """

    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="invoices"
    )

    customer_external_id = models.TextField("customer", null=True, blank=True)
    number = models.TextField(null=True, blank=True)
    reference = models.TextField(null=True, blank=True)
    status = models.TextField(null=True, blank=True)
    date = models.DateField(null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    currency = models.TextField(null=True, blank=True)
    total = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    balance = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    email = models.TextField("e-mail", null=True, blank=True)
    paid_on = models.DateField("last payment on", null=True, blank=True)
    upstream_created_at = models.DateTimeField("created on", null=True, blank=True)

    class Meta:
        db_table = "counterfoil_invoice"
        ordering = ("-date", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="counterfoil_invoice_external_id_unique"
            )
        ]
        indexes = [
            models.Index(fields=["connection", "-date", "-id"], name="counterfoil_invoice_newest"),
            models.Index(fields=["connection", "status", "-date", "-id"], name="counterfoil_invoice_by_status"),
            models.Index(fields=["connection", "due_date", "-id"], name="counterfoil_invoice_due"),
            models.Index(fields=["connection", "number"], name="counterfoil_invoice_number", opclasses=PREFIX),
            models.Index(
                fields=["connection", "reference"], name="counterfoil_invoice_reference", opclasses=PREFIX
            ),
            models.Index(
                "connection",
                CustomerNameOfInvoice(),
                name="counterfoil_invoice_unlinked",
                condition=models.Q(customer=None),
            ),
            models.Index(fields=["connection", "customer_external_id"], name="counterfoil_invoice_customer"),
            models.Index(fields=["connection", "state", "id"], name="counterfoil_invoice_state"),
        ]

    def __str__(self) -> str:
        return self.number or f"(no number) {self.external_id}"
