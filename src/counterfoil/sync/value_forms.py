"""Decide how a file's dates and amounts are written, from all its values, before any is read (DESIGN law 12)."""

from collections.abc import Mapping

from django.db import transaction

from counterfoil.connections import factory
from counterfoil.connectors.field_source import paths
from counterfoil.connectors.port import HasColumns
from counterfoil.mapping.fields import KINDS_OF
from counterfoil.mirror.models import Connection
from counterfoil.mirror.value_forms import CHOSEN, FORMS, forms_of
from counterfoil.normalize.column_form import (
    CHOICES,
    MATTER_OF_KIND,
    ColumnForm,
    Matter,
    WrittenForm,
    form_of,
    settle,
)
from counterfoil.runs import mapping_changes
from counterfoil.runs.context import RunContext


def decide_forms(context: RunContext) -> None:
    """Read the values through and keep their forms; where one has changed, map the rows that are here again.

    A form that the file leaves open stays as it was decided before. What is in doubt is left empty and marked.
    """
    if not isinstance(context.collection, HasColumns):
        return
    resource = context.table.resource
    before = forms_of(context.connection.settings, resource)
    forms = _settled(_survey(context, context.collection), context.connection.settings.get(CHOSEN, {}), before)
    if forms == before:
        return
    if context.options.dry_run:
        context.connection.settings = _with_forms(context.connection, resource, forms)
    else:
        with transaction.atomic():
            context.lease.check()
            connection = Connection.objects.locked(context.connection.pk)
            connection.settings = _with_forms(connection, resource, forms)
            connection.save(update_fields=["settings"])
            if context.table.rows(connection.pk).exists():
                mapping_changes.request_remap_of(connection, resource)
        context.connection.refresh_from_db()
    context.pool.configure(factory.mapping_config(context.connection, resource))


def _survey(context: RunContext, collection: HasColumns) -> dict[str, ColumnForm]:
    """Read what the values of each field with a date or an amount tell."""
    sources = factory.mapping_config(context.connection, context.table.resource).sources
    kinds = KINDS_OF[context.table.resource]
    columns = [
        (name, MATTER_OF_KIND[kinds[name]], path)
        for name, listed in sources.items()
        if kinds.get(name) in MATTER_OF_KIND
        for source in listed
        for path in paths(source)
    ]
    found = {name: ColumnForm() for name, _, _ in columns}
    if not columns:
        return found
    for line, values in collection.values([path for _, _, path in columns]):
        for (name, matter, _), value in zip(columns, values, strict=True):
            form = form_of(matter, value)
            if form != WrittenForm.PLAIN:
                found[name].add(line, form, value)
    return found


def _settled(
    found: Mapping[str, ColumnForm], chosen: Mapping[str, str], before: Mapping[str, str]
) -> dict[str, str]:
    kinds = {name: kind for fields in KINDS_OF.values() for name, kind in fields.items()}
    matters: dict[str, Matter] = {name: MATTER_OF_KIND[kinds[name]] for name in found}
    forms: dict[str, str] = {}
    for name, column in found.items():
        alike = [found[other].form for other in found if matters[other] == matters[name]]
        form = settle(column.form, matters[name], chosen.get(matters[name], ""), alike)
        if form not in {*CHOICES[matters[name]], WrittenForm.MIXED} and before.get(name) in CHOICES[matters[name]]:
            form = WrittenForm(before[name])
        if form != WrittenForm.YEAR_FIRST and not (form == WrittenForm.PLAIN and matters[name] == "dates"):
            forms[name] = str(form)
    return forms


def _with_forms(connection: Connection, resource: str, forms: Mapping[str, str]) -> dict[str, object]:
    settings: dict[str, object] = {**connection.settings}
    return {**settings, FORMS: {**connection.settings.get(FORMS, {}), resource: dict(forms)}}
