"""A mirrored customer: the upstream's values, their normal forms, and where they come from."""

from django.db import models
from django.db.models.functions import Coalesce

from counterfoil.mirror.enums import State
from counterfoil.mirror.models.mirrored import Mirrored


class CustomerManager(models.Manager["Customer"]):
    def locked(self, pk: int) -> "Customer":
        """Lock a row until the transaction ends, and return it with its connection, which is not locked."""
        return self.select_for_update(of=("self",)).select_related("connection").get(pk=pk)


def _best(*names: str) -> models.GeneratedField:
    """Build a column that the database computes: the first of these that has a value."""
    return models.GeneratedField(
        expression=Coalesce(*names), output_field=models.TextField(null=True), db_persist=True
    )


class Customer(Mirrored):
    """See `Mirrored`. `role` is the effective role, `upstream_role` the upstream's own.

    `best_phone` and `best_email` are how to reach the customer: a contact person's, which `person_phone` and
    `person_email` hold (`ingest.customer_contacts`), else its own.
    """

    name = models.TextField(default="")
    company_name = models.TextField(null=True, blank=True)
    legal_form = models.TextField(null=True, blank=True)
    vat_number = models.TextField("VAT number", null=True, blank=True)
    vat_tariff = models.TextField("default VAT tariff", null=True, blank=True)
    phone = models.TextField(null=True, blank=True)
    mobile = models.TextField(null=True, blank=True)
    website = models.TextField(null=True, blank=True)
    email = models.TextField("e-mail", null=True, blank=True)
    billing_email = models.TextField("billing e-mail", null=True, blank=True)
    street = models.TextField(null=True, blank=True)
    street2 = models.TextField("street 2", null=True, blank=True)
    city = models.TextField(null=True, blank=True)
    postal_code = models.TextField(null=True, blank=True)
    country = models.TextField(null=True, blank=True)
    upstream_role = models.TextField("role", null=True, blank=True)
    assignee = models.TextField(null=True, blank=True)
    gl_account = models.TextField("G/L account", null=True, blank=True)
    status = models.TextField(null=True, blank=True)
    external_sales_person = models.TextField(null=True, blank=True)
    follow_up_date = models.DateField(null=True, blank=True)
    whatsapp = models.BooleanField("WhatsApp", null=True, blank=True)
    peppol = models.BooleanField(null=True, blank=True)
    is_active = models.BooleanField("active", default=True)
    language = models.TextField(null=True, blank=True)
    currency = models.TextField(null=True, blank=True)
    upstream_created_at = models.DateTimeField("created on", null=True, blank=True)

    role = models.TextField(null=True, blank=True)
    phone_e164 = models.TextField("phone (E.164)", null=True, blank=True)
    mobile_e164 = models.TextField("mobile (E.164)", null=True, blank=True)
    vat_normalized = models.TextField("VAT number (checked)", null=True, blank=True)
    email_normalized = models.TextField("e-mail (normalised)", null=True, blank=True)
    website_normalized = models.TextField("website (normalised)", null=True, blank=True)
    country_code = models.CharField(max_length=2, null=True, blank=True)
    name_key = models.TextField(default="", blank=True)

    person_phone = models.TextField(null=True, blank=True)
    person_email = models.TextField(null=True, blank=True)
    best_phone = _best("person_phone", "mobile_e164", "phone_e164")
    best_email = _best("person_email", "email_normalized")

    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, db_index=False)

    objects = CustomerManager()

    class Meta:
        db_table = "counterfoil_customer"
        ordering = ("name", "id")
        permissions = [
            ("sync_customer", "Can refresh customers, one or several"),
            ("export_customer", "Can export customers"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="counterfoil_customer_external_id_unique"
            )
        ]
        indexes = [
            models.Index(fields=["connection", "name", "id"], name="counterfoil_customer_name"),
            models.Index(fields=["connection", "role", "name", "id"], name="counterfoil_customer_by_role"),
            models.Index(fields=["connection", "state", "id"], name="counterfoil_customer_state"),
            models.Index(
                fields=["connection", "state", "name", "id"],
                name="counterfoil_customer_absent",
                condition=~models.Q(state=State.PRESENT),
            ),
            models.Index(fields=["connection", "country_code", "name", "id"], name="counterfoil_customer_country"),
            models.Index(
                fields=["connection", "name", "id"],
                name="counterfoil_customer_inactive",
                condition=models.Q(is_active=False),
            ),
            models.Index(
                fields=["connection", "name", "id", "invalid"],
                name="counterfoil_customer_invalid",
                condition=~models.Q(invalid={}),
            ),
            models.Index(fields=["connection", "vat_normalized"], name="counterfoil_customer_vat"),
            models.Index(fields=["connection", "email_normalized"], name="counterfoil_customer_email"),
            models.Index(fields=["connection", "phone_e164"], name="counterfoil_customer_phone"),
            models.Index(fields=["connection", "name_key"], name="counterfoil_customer_name_key"),
            models.Index(fields=["connection", "updated_at"], name="counterfoil_customer_updated"),
        ]

    def __str__(self) -> str:
        return self.name or f"(no name) {self.external_id}"
