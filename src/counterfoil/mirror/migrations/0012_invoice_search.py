"""Invoices are found by the beginning of their number, reference or untied customer name."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mirror', '0011_contact_persons_and_invoices'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='invoice',
            name='invoice_number',
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['connection', 'number'], name='invoice_number', opclasses=('int8_ops', 'text_pattern_ops')),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['connection', 'reference'], name='invoice_reference', opclasses=('int8_ops', 'text_pattern_ops')),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(condition=models.Q(('customer', None)), fields=['connection', 'customer_name'], name='invoice_untied', opclasses=('int8_ops', 'text_pattern_ops')),
        ),
    ]
