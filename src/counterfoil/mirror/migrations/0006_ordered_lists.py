"""Indexes that give the rows of a filter in the order of their names, so that a page costs what it shows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mirror", "0005_selection")]
    operations = [
        migrations.RemoveIndex(model_name="customer", name="customer_role"),
        migrations.RemoveIndex(model_name="customer", name="customer_state"),
        migrations.RemoveIndex(model_name="customer", name="customer_country"),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["connection", "role", "name", "id"], name="customer_by_role"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["connection", "state", "name", "id"], name="customer_by_state"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["connection", "country_code", "name", "id"], name="customer_by_country"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(is_active=False), fields=["connection", "name", "id"], name="customer_inactive"
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=~models.Q(invalid={}),
                fields=["connection", "name", "id", "invalid"],
                name="customer_invalid",
            ),
        ),
    ]
