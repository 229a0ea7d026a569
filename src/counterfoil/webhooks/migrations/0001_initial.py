"""The tables of the inbox."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('mirror', '0017_delivery_source'),
    ]

    operations = [
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_id', models.TextField()),
                ('event', models.TextField()),
                ('resource', models.CharField(blank=True, default='', max_length=20)),
                ('external_id', models.TextField(blank=True, default='')),
                ('state', models.CharField(choices=[('received', 'Received'), ('applied', 'Applied'), ('duplicate', 'Duplicate'), ('stale', 'Stale'), ('ignored', 'Ignored'), ('failed', 'Failed'), ('dead', 'Dead')], default='received', max_length=10)),
                ('reason', models.TextField(blank=True, default='')),
                ('received_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ticket', models.BigIntegerField()),
                ('tries', models.IntegerField(default=0)),
                ('next_try_at', models.DateTimeField(blank=True, null=True)),
                ('calls', models.IntegerField(default=0)),
                ('content_type', models.TextField(blank=True, default='')),
                ('body', models.BinaryField(null=True)),
                ('claim', models.TextField(blank=True, default='')),
                ('claimed_until', models.DateTimeField(blank=True, null=True)),
                ('connection', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='mirror.connection')),
                ('run', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='mirror.run')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'db_table': 'delivery',
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['connection', '-id'], name='delivery_newest'), models.Index(fields=['connection', 'event_id'], name='delivery_event'), models.Index(condition=models.Q(('state__in', ('received', 'failed'))), fields=['connection', 'id'], name='delivery_waiting')],
            },
        ),
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.TextField()),
                ('upstream_id', models.TextField(blank=True, default='')),
                ('sealed', models.TextField()),
                ('unsure', models.BooleanField(default=False)),
                ('made_at', models.DateTimeField()),
                ('alive_at', models.DateTimeField(blank=True, null=True)),
                ('nudged_at', models.DateTimeField(blank=True, null=True)),
                ('connection', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='endpoints', to='mirror.connection')),
            ],
            options={
                'db_table': 'endpoint',
                'ordering': ('connection', 'id'),
                'constraints': [models.UniqueConstraint(fields=('connection', 'url'), name='endpoint_unique')],
            },
        ),
        migrations.CreateModel(
            name='Refusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('upstream', models.TextField()),
                ('reason', models.CharField(max_length=20)),
                ('day', models.DateField()),
                ('count', models.BigIntegerField(default=0)),
                ('last_at', models.DateTimeField()),
                ('connection', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='mirror.connection')),
            ],
            options={
                'db_table': 'refusal',
                'ordering': ('-day', 'reason'),
                'constraints': [models.UniqueConstraint(fields=('connection', 'upstream', 'reason', 'day'), name='refusal_unique'), models.UniqueConstraint(condition=models.Q(('connection', None)), fields=('upstream', 'reason', 'day'), name='refusal_of_nobody_unique')],
            },
        ),
    ]
