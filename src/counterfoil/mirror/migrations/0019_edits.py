"""Local edits and their way to the upstream: pending edits, conflicts and their rules, writes, pushes by night."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


def make_usual(apps: Any, _: Any) -> None:
    """Every connection that is synced by itself is pushed by itself too."""
    schedules = apps.get_model("mirror", "Schedule").objects
    for schedule in schedules.filter(kind="incremental").order_by("id"):
        schedules.create(
            connection_id=schedule.connection_id,
            kind="push",
            cron="0 22 * * *",
            is_on=schedule.is_on,
            next_at=upcoming(22) if schedule.is_on else None,
        )


def upcoming(hour: int) -> datetime:
    """The first such moment from now on, in the install's time zone: reckoned again when a worker begins."""
    zone, now = ZoneInfo(settings.TIME_ZONE), timezone.now()
    found = datetime.combine(now.astimezone(zone).date(), time(hour), zone).astimezone(UTC)
    return found if found > now else found + timedelta(days=1)


class Migration(migrations.Migration):

    dependencies = [
        ('mirror', '0018_schedule'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Conflict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('resource', models.CharField(default='customer', max_length=20)),
                ('record_id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('both', 'Changed on both sides'), ('deleted', 'Edited here, deleted there'), ('overwritten', 'Overwritten by us'), ('created', 'Perhaps created already')], default='both', max_length=20)),
                ('field', models.TextField(blank=True, default='')),
                ('base', models.JSONField(null=True)),
                ('ours', models.JSONField(null=True)),
                ('theirs', models.JSONField(null=True)),
                ('edited_at', models.DateTimeField(null=True)),
                ('theirs_source', models.CharField(choices=[('run', 'Sync run'), ('mapping', 'Mapping change'), ('approval', 'Approved run'), ('import', 'Imported'), ('delivery', 'Webhook'), ('edit', 'Edit'), ('push', 'Push')], max_length=20)),
                ('theirs_reference', models.BigIntegerField(null=True)),
                ('theirs_at', models.DateTimeField()),
                ('raised_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('by_policy', models.BooleanField(default=False)),
                ('decision', models.CharField(blank=True, choices=[('ours', 'Ours'), ('theirs', 'Theirs'), ('agreed', 'Both said the same'), ('withdrawn', 'One side went back'), ('recreate', 'Created again'), ('drop', 'Edits dropped'), ('same', 'It is the same record'), ('new', 'It is another record')], default='', max_length=20)),
            ],
            options={
                'db_table': 'conflict',
                'ordering': ('-id',),
                'permissions': [('settle_conflict', 'Can settle conflicts')],
            },
        ),
        migrations.CreateModel(
            name='PendingEdit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('resource', models.CharField(default='customer', max_length=20)),
                ('record_id', models.BigIntegerField()),
                ('field', models.TextField()),
                ('base', models.JSONField(null=True)),
                ('value', models.JSONField(null=True)),
                ('sent', models.JSONField(default=list)),
                ('here_only', models.BooleanField(default=False)),
                ('refused', models.TextField(blank=True, default='')),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'pending_edit',
                'ordering': ('record_id', 'id'),
                'permissions': [('push_customer', 'Can push edits to the upstream')],
            },
        ),
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.TextField(blank=True, default='')),
                ('rule', models.CharField(choices=[('ask', 'Ask'), ('upstream', 'Upstream wins'), ('ours', 'Ours wins'), ('fill', 'Fill only if empty')], default='ask', max_length=20)),
            ],
            options={
                'verbose_name_plural': 'policies',
                'db_table': 'policy',
                'ordering': ('field',),
            },
        ),
        migrations.CreateModel(
            name='Write',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('resource', models.CharField(default='customer', max_length=20)),
                ('record_id', models.BigIntegerField()),
                ('external_id', models.TextField(blank=True, null=True)),
                ('kind', models.CharField(choices=[('update', 'Changed'), ('create', 'Created')], max_length=20)),
                ('state', models.CharField(choices=[('open', 'On its way'), ('unknown', 'Outcome unknown'), ('done', 'Done'), ('refused', 'Refused'), ('failed', 'Not carried out')], default='open', max_length=20)),
                ('fields', models.JSONField(default=dict)),
                ("carried", models.JSONField(default=dict)),
                ('requests', models.JSONField(default=list)),
                ('key', models.TextField(blank=True, default='')),
                ('step', models.PositiveSmallIntegerField(default=0)),
                ('ticket', models.BigIntegerField(default=0)),
                ('modified', models.DateTimeField(blank=True, null=True)),
                ('modified_after', models.DateTimeField(blank=True, null=True)),
                ('since', models.DateTimeField(blank=True, null=True)),
                ('run_id', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('error', models.TextField(blank=True, default='')),
                ('claim', models.TextField(blank=True, default='')),
                ('claimed_until', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'write',
                'ordering': ('-id',),
            },
        ),
        migrations.RemoveConstraint(
            model_name='run',
            name='run_one_at_a_time',
        ),
        migrations.AddField(
            model_name='run',
            name='conflicts',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='run',
            name='pushed',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='change',
            name='source',
            field=models.CharField(choices=[('run', 'Sync run'), ('mapping', 'Mapping change'), ('approval', 'Approved run'), ('import', 'Imported'), ('delivery', 'Webhook'), ('edit', 'Edit'), ('push', 'Push')], max_length=20),
        ),
        migrations.AlterField(
            model_name='run',
            name='kind',
            field=models.CharField(choices=[('full', 'Full sync'), ('incremental', 'Incremental sync'), ('single', 'One record'), ('remap', 'Mapping change'), ('selection', 'Selected customers'), ('unpaid', 'Unpaid invoices'), ('import', 'Imported invoices'), ('details', 'Details'), ('push', 'Push')], max_length=20),
        ),
        migrations.AlterField(
            model_name='schedule',
            name='kind',
            field=models.CharField(choices=[('incremental', 'What changed'), ('full', 'Everything'), ('push', 'Push edits')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'running'), models.Q(('kind__in', ('single', 'details', 'push')), _negated=True)), fields=('connection',), name='run_one_at_a_time'),
        ),
        migrations.AddField(
            model_name='conflict',
            name='connection',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='conflicts', to='mirror.connection'),
        ),
        migrations.AddField(
            model_name='conflict',
            name='edited_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='conflict',
            name='settled_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='pendingedit',
            name='conflict',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='mirror.conflict'),
        ),
        migrations.AddField(
            model_name='pendingedit',
            name='connection',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='edits', to='mirror.connection'),
        ),
        migrations.AddField(
            model_name='pendingedit',
            name='made_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='policy',
            name='connection',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='policies', to='mirror.connection'),
        ),
        migrations.AddField(
            model_name='write',
            name='asked_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='write',
            name='connection',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='writes', to='mirror.connection'),
        ),
        migrations.AddIndex(
            model_name='conflict',
            index=models.Index(condition=models.Q(('settled_at', None)), fields=['connection', '-id'], name='conflict_open'),
        ),
        migrations.AddIndex(
            model_name='conflict',
            index=models.Index(fields=['resource', 'record_id'], name='conflict_record'),
        ),
        migrations.AddConstraint(
            model_name='conflict',
            constraint=models.UniqueConstraint(condition=models.Q(('settled_at', None)), fields=('resource', 'record_id', 'field', 'kind'), name='conflict_open_once'),
        ),
        migrations.AddIndex(
            model_name='pendingedit',
            index=models.Index(condition=models.Q(('here_only', False)), fields=['connection', 'record_id'], name='pending_edit_to_push'),
        ),
        migrations.AddConstraint(
            model_name='pendingedit',
            constraint=models.UniqueConstraint(fields=('resource', 'record_id', 'field'), name='pending_edit_of_field'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.UniqueConstraint(fields=('connection', 'field'), name='policy_of_field'),
        ),
        migrations.AddIndex(
            model_name='write',
            index=models.Index(fields=['resource', 'record_id', '-id'], name='write_record'),
        ),
        migrations.AddIndex(
            model_name="write",
            index=models.Index(
                condition=models.Q(("state", "done")), fields=["connection", "ended_at"], name="write_ended"
            ),
        ),
        migrations.AddIndex(
            model_name='write',
            index=models.Index(condition=models.Q(('state__in', ['open', 'unknown'])), fields=['connection'], name='write_unfinished'),
        ),
        migrations.AddConstraint(
            model_name='write',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['open', 'unknown'])), fields=('resource', 'record_id'), name='write_unfinished_once'),
        ),
        migrations.RunPython(make_usual, migrations.RunPython.noop),
    ]
