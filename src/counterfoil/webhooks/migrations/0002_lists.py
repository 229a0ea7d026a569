"""Lists of deliveries: newest first, by state, by record; and who may have them replayed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0001_initial'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='delivery',
            options={'ordering': ('-id',), 'permissions': [('replay_delivery', 'Can have deliveries worked on once more')], 'verbose_name_plural': 'webhooks'},
        ),
        migrations.RemoveIndex(
            model_name='delivery',
            name='delivery_newest',
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['connection', '-received_at', '-id'], name='delivery_newest'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['connection', 'state', '-received_at', '-id'], name='delivery_state'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['connection', 'external_id', '-received_at', '-id'], name='delivery_record'),
        ),
    ]
