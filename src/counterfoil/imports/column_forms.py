"""Decide how a file's amounts and dates are written, each column from all its values, before it is imported."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from counterfoil.connectors.file.row import FileRow
from counterfoil.connectors.file.row_id import value_at
from counterfoil.errors import FormInDoubt, InvalidInput
from counterfoil.imports.stated_total import is_total
from counterfoil.mapping.fields import INVOICE_FIELDS
from counterfoil.normalize.column_form import (
    CHOICES,
    IN_DOUBT,
    MATTER_OF_KIND,
    ColumnForm,
    Matter,
    WrittenForm,
    form_of,
    settle,
)

_FIELDS: Mapping[str, Matter] = {
    one.name: MATTER_OF_KIND[one.kind] for one in INVOICE_FIELDS if one.kind in MATTER_OF_KIND
}
_QUESTIONS: Mapping[Matter, str] = {
    "decimals": "whether a comma or a point stands before the decimals",
    "dates": "whether the day or the month comes first",
}
_FACTS = {
    WrittenForm.COMMA: "a comma before the decimals",
    WrittenForm.POINT: "a point before the decimals",
    WrittenForm.DAY_FIRST: "the day first",
    WrittenForm.MONTH_FIRST: "the month first",
}


@dataclass(frozen=True, slots=True)
class FormChoice:
    """What a person has chosen for the columns that do not tell; "" where nothing is chosen."""

    decimals: str = ""
    dates: str = ""

    def of(self, matter: Matter) -> str:
        """Return the choice in one matter."""
        return self.decimals if matter == "decimals" else self.dates


NO_CHOICE = FormChoice()


def as_before(forms: Mapping[str, str]) -> FormChoice:
    """Return the choice that an earlier import of the same file was read by, for the columns in doubt."""
    decided = {
        matter: {form for name, form in forms.items() if _FIELDS.get(name) == matter and form in CHOICES[matter]}
        for matter in CHOICES
    }
    only = {matter: next(iter(found)) if len(found) == 1 else "" for matter, found in decided.items()}
    return FormChoice(only["decimals"], only["dates"])


@dataclass(slots=True)
class FileSurvey:
    """What the rows of a file tell: the form of each column by field, and the last row where it is a total."""

    columns: dict[str, ColumnForm] = field(default_factory=dict)
    total: FileRow | None = None


def survey(rows: Iterable[FileRow], columns: Mapping[str, str]) -> FileSurvey:
    """Read all rows once. `columns`: field -> column."""
    fields = [(name, matter, columns[name]) for name, matter in _FIELDS.items() if name in columns]
    found = FileSurvey({name: ColumnForm() for name, _, _ in fields})
    last = None
    for row in rows:
        last = row
        if row.problem:
            continue
        for name, matter, column in fields:
            value = value_at(row.values, column)
            if isinstance(value, str) and value:
                form = form_of(matter, value)
                if form != WrittenForm.PLAIN:
                    found.columns[name].add(row.line, form, value)
    if last is not None and is_total(last, columns):
        found.total = last
    return found


def decide_forms(found: FileSurvey, columns: Mapping[str, str], choice: FormChoice) -> dict[str, str]:
    """Return the form of each field. A column in doubt is as the others of its kind are, else as chosen.

    Raises FormInDoubt where nothing decides, and InvalidInput where the choice contradicts a column.
    """
    forms: dict[str, str] = {}
    for name, column in found.columns.items():
        matter = _FIELDS[name]
        others = [found.columns[other].form for other in found.columns if _FIELDS[other] == matter]
        form = settle(column.form, matter, choice.of(matter), others)
        if form in IN_DOUBT:
            advice = f"Add --{matter} {' or '.join(CHOICES[matter])}."
            raise FormInDoubt(_question(columns[name], column, matter), advice, matter)
        chosen = choice.of(matter)
        if chosen and form in CHOICES[matter] and form != chosen:
            raise InvalidInput(
                f"Column “{columns[name]}” has {_FACTS[form]}, as in {_shown(column)}.",
                f"Use --{matter} {form}, or leave it out.",
            )
        forms[name] = str(form)
    return forms


def _question(name: str, column: ColumnForm, matter: Matter) -> str:
    if column.form == WrittenForm.MIXED:
        facts = " and ".join(_FACTS[form] for form in CHOICES[matter])
        return f"Column “{name}” has both {facts}: {_shown(column)}."
    return f"The values of column “{name}” do not tell {_QUESTIONS[matter]}: {_shown(column)}."


def _shown(column: ColumnForm) -> str:
    return ", ".join(f"“{value}” (line {line:,})" for line, value in column.examples)
