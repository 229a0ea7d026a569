"""The fields of a customer as somebody edits them: those that were touched, and nobody else's change undone."""

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
"""The id of the list of roles that are known."""
_KEYBOARDS = {"phone": "tel", "mobile": "tel", "email": "email", "billing_email": "email", "website": "url"}
_ANSWERS = (("", "–"), ("yes", "Yes"), ("no", "No"))


class LineField(forms.CharField):
    """What is typed for one field. `kept_here`: the upstream has no place for it. `conflict` is the open one."""

    kept_here: bool
    conflict: int | None

    def to_python(self, value: Any) -> str:
        """With one kind of line ends, whatever the browser sends."""
        said = str(super().to_python(value) or "")
        return said.replace("\r\n", "\n").replace("\r", "\n")


class CustomerForm(forms.Form):
    """`values` are what the fields hold now (nothing for a new customer), `kept_here` those that are never sent,
    `conflicts` the open ones by field: such a field is settled, not edited."""

    def __init__(
        self,
        values: Mapping[str, Any],
        kept_here: Container[str],
        conflicts: Mapping[str, int] | None = None,
        data: QueryDict | None = None,
    ) -> None:
        super().__init__(data.copy() if data is not None else None)
        self._is_new = not values
        for name, known in EDITABLE.items():
            shown = as_text(values.get(name))
            line = LineField(
                label=known.label,
                required=False,
                widget=_widget(known, shown),
                show_hidden_initial=not self._is_new,
            )
            line.kept_here = name in kept_here
            line.conflict = (conflicts or {}).get(name)
            line.disabled = line.conflict is not None
            self.fields[name] = line
            self.initial[name] = shown

    @property
    def groups(self) -> Iterator[tuple[str, list[BoundField]]]:
        """As the customer's page groups them."""
        for title, names in GROUPS:
            yield title, [self[name] for name in names if name in self.fields]

    @property
    def typed(self) -> dict[str, str]:
        """What was touched."""
        return {name: self.cleaned_data[name] for name in self.changed_data}

    def clean(self) -> dict[str, Any]:
        """Each touched field by itself; what has become of it meanwhile is said once."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        checked = [name for name in self.changed_data if name in said]
        for name in dict.fromkeys(["name", *checked] if self._is_new else checked):
            try:
                parse(name, said.get(name, ""))
            except InvalidInput as error:
                self.add_error(name, str(error))
            else:
                self._compare(name)
        return said

    def _compare(self, name: str) -> None:
        """Whoever saves knows what they replace."""
        key, now = self.add_initial_prefix(name), self.initial[name]
        if self._is_new or self.fields[name].to_python(self.data.get(key, "")) == now:
            return
        meanwhile = f"it has become “{now}” here" if now else "it was emptied here"
        self.add_error(name, f"While you were typing, {meanwhile}. Save again if yours should stand.")
        assert isinstance(self.data, QueryDict)  # noqa: S101
        self.data[key] = now


def as_text(value: Any) -> str:
    """A value as it is typed."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _widget(known: Field, shown: str) -> Any:
    attrs = {"autocomplete": "off", "spellcheck": "false"}
    if known.kind == "boolean":
        return UnfoldAdminSelectWidget(choices=_ANSWERS)
    if "\n" in shown:
        return UnfoldAdminTextareaWidget(attrs={**attrs, "rows": str(min(shown.count("\n") + 2, 8))})
    if known.kind == "date":
        attrs["type"] = "date"
    if known.name in _KEYBOARDS:
        attrs["inputmode"] = _KEYBOARDS[known.name]
    if known.name == "upstream_role":
        attrs["list"] = ROLES
    return UnfoldAdminTextInputWidget(attrs=attrs)
