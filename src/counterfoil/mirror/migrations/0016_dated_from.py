"""From which date on a complete pass spoke for all records. Added, then filled from what was so until now."""

from datetime import timedelta
from typing import Any

from django.db import migrations, models
from django.utils import timezone

USUAL_WINDOW = 365
"""Days of invoices, where the connection does not say otherwise."""


def keep_windows(apps: Any, _: Any) -> None:
    """Complete passes of invoices had a window, told by the settings of the connection."""
    coverages = apps.get_model("mirror", "Coverage").objects
    windowed = coverages.filter(resource="invoice", connection__connector="zoho_books").exclude(complete_pass_at=None)
    for found in windowed.select_related("connection"):
        said = str(found.connection.settings.get("window_days") or "")
        days = int(said) if said.isdecimal() else USUAL_WINDOW
        found.dated_from = timezone.localdate(found.complete_pass_at) - timedelta(days)
        found.save(update_fields=["dated_from"])


class Migration(migrations.Migration):
    dependencies = [("mirror", "0015_pending_login")]
    operations = [
        migrations.AddField(
            model_name="coverage", name="dated_from", field=models.DateField(blank=True, null=True)
        ),
        migrations.RunPython(keep_windows, migrations.RunPython.noop),
    ]
