"""The form to edit a customer. Only touched fields are saved, so that it never undoes someone else's change."""

from collections.abc import Container, Iterator, Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from counterfoil.console.customers.detail import GROUPS
from counterfoil.errors import InvalidInput
from counterfoil.ingest.edit_values import EDITABLE, parse
from counterfoil.mapping.fields import Field

ROLES = "roles"
"""The HTML id of the list of suggested roles."""
WITH_INVALID = "_with_invalid"
"""The name of the button that saves values which cannot be right."""
_KEYBOARDS = {"phone": "tel", "mobile": "tel", "email": "email", "billing_email": "email", "website": "url"}
_YES_NO = (("", "–"), ("yes", "Yes"), ("no", "No"))


class LineField(forms.CharField):
    """One field as text.

    `kept_here` marks a field that the connected system has no place for; `conflict` is the key of an open one.
    """

    kept_here: bool
    conflict: int | None

    def to_python(self, value: Any) -> str:
        """Normalise line ends, which browsers send in several forms."""
        text = str(super().to_python(value) or "")
        return text.replace("\r\n", "\n").replace("\r", "\n")


class CustomerForm(forms.Form):
    """A customer's fields as text.

    `values` are the current values (none for a new customer), `kept_here` the fields that are never sent, and
    `conflicts` the open conflicts by field: such a field cannot be edited before its conflict is settled.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        kept_here: Container[str],
        conflicts: Mapping[str, int] | None = None,
        data: QueryDict | None = None,
    ) -> None:
        super().__init__(data.copy() if data is not None else None)
        self._is_new = not values
        self._doubts = 0
        for name, field in EDITABLE.items():
            shown = as_text(values.get(name))
            line = LineField(
                label=field.label,
                required=False,
                widget=_widget(field, shown),
                show_hidden_initial=not self._is_new,
            )
            line.kept_here = name in kept_here
            line.conflict = (conflicts or {}).get(name)
            line.disabled = line.conflict is not None
            self.fields[name] = line
            self.initial[name] = shown

    @property
    def doubtful(self) -> bool:
        """Whether only doubts stand in the way, so that the values may be saved anyway."""
        return self._doubts > 0 and len(self.errors) == self._doubts

    def show_doubts(self, reasons: Mapping[str, str]) -> None:
        """Show at their fields why values cannot be right."""
        for name, reason in reasons.items():
            self.add_error(name, f"This cannot be right: {reason}.")
        self._doubts = len(reasons)

    @property
    def groups(self) -> Iterator[tuple[str, list[BoundField]]]:
        """Yield the fields in the groups of the customer's page."""
        for title, names in GROUPS:
            yield title, [self[name] for name in names if name in self.fields]

    @property
    def typed(self) -> dict[str, str]:
        """The text of each touched field."""
        return {name: self.cleaned_data[name] for name in self.changed_data}

    def clean(self) -> dict[str, Any]:
        """Check each touched field, and warn once where its value changed while the form was open."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        checked = [name for name in self.changed_data if name in cleaned]
        for name in dict.fromkeys(["name", *checked] if self._is_new else checked):
            try:
                parse(name, cleaned.get(name, ""))
            except InvalidInput as error:
                self.add_error(name, str(error))
            else:
                self._warn_if_changed(name)
        return cleaned

    def _warn_if_changed(self, name: str) -> None:
        key, now = self.add_initial_prefix(name), self.initial[name]
        if self._is_new or self.fields[name].to_python(self.data.get(key, "")) == now:
            return
        change = f"changed to “{now}”" if now else "was cleared"
        self.add_error(name, f"This field {change} while you were editing. Save again to keep your value.")
        assert isinstance(self.data, QueryDict)  # noqa: S101
        self.data[key] = now


def as_text(value: Any) -> str:
    """Return a value as a user would type it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _widget(field: Field, shown: str) -> Any:
    attrs = {"autocomplete": "off", "spellcheck": "false"}
    if field.kind == "boolean":
        return UnfoldAdminSelectWidget(choices=_YES_NO)
    if "\n" in shown:
        return UnfoldAdminTextareaWidget(attrs={**attrs, "rows": str(min(shown.count("\n") + 2, 8))})
    if field.kind == "date":
        attrs["type"] = "date"
    if field.name in _KEYBOARDS:
        attrs["inputmode"] = _KEYBOARDS[field.name]
    if field.name == "upstream_role":
        attrs["list"] = ROLES
    return UnfoldAdminTextInputWidget(attrs=attrs)
