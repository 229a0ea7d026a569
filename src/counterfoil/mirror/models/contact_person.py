"""A mirrored contact person."""

from django.db import models

from counterfoil.mirror.models.customer import Customer
from counterfoil.mirror.models.mirrored import Mirrored


class ContactPerson(Mirrored):
    """See `Mirrored`. `customer` is linked by `customer_external_id` as soon as that customer is stored."""

    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="contact_persons"
    )

    customer_external_id = models.TextField("customer", null=True, blank=True)
    salutation = models.TextField(null=True, blank=True)
    first_name = models.TextField(null=True, blank=True)
    last_name = models.TextField(null=True, blank=True)
    email = models.TextField("e-mail", null=True, blank=True)
    phone = models.TextField(null=True, blank=True)
    mobile = models.TextField(null=True, blank=True)
    designation = models.TextField("function", null=True, blank=True)
    department = models.TextField(null=True, blank=True)
    is_primary = models.BooleanField("primary contact", null=True, blank=True)

    name = models.TextField(default="")
    phone_e164 = models.TextField("phone (E.164)", null=True, blank=True)
    mobile_e164 = models.TextField("mobile (E.164)", null=True, blank=True)
    email_normalized = models.TextField("e-mail (normalised)", null=True, blank=True)

    class Meta:
        db_table = "counterfoil_contact_person"
        ordering = ("name", "id")
        verbose_name = "contact person"
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="counterfoil_contact_person_external_id_unique"
            )
        ]
        indexes = [
            models.Index(fields=["connection", "customer_external_id"], name="counterfoil_person_customer"),
            models.Index(fields=["connection", "state", "id"], name="counterfoil_person_state"),
        ]

    def __str__(self) -> str:
        return self.name or f"(no name) {self.external_id}"
