"""States other than present keep their rows in the order of names; an index of all rows by state need not."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mirror", "0006_ordered_lists")]
    operations = [
        migrations.RemoveIndex(model_name="customer", name="customer_by_state"),
        migrations.AddIndex(
            model_name="customer", index=models.Index(fields=["connection", "state", "id"], name="customer_state")
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=~models.Q(state="present"),
                fields=["connection", "state", "name", "id"],
                name="customer_not_present",
            ),
        ),
    ]
