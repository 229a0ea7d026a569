"""The rules of a connection for what both sides have changed, as a table in its form."""

from typing import Any

from django import forms
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget

from counterfoil.console.mapping_forms import ConnectionTable
from counterfoil.mirror.edit_values import EDITABLE
from counterfoil.mirror.models import Connection, Policy

OTHERS = "All other fields"


class PolicyForm(forms.ModelForm[Policy]):
    """A field, or all others; and who wins."""

    field = forms.ChoiceField(
        choices=[("", OTHERS), *((field.name, field.label) for field in EDITABLE.values())],
        required=False,
        widget=UnfoldAdminSelectWidget(attrs={"aria-label": "Field"}),
    )

    class Meta:
        model = Policy
        fields = ("field", "rule")
        widgets = {"rule": UnfoldAdminSelectWidget(attrs={"aria-label": "Rule"})}

    def has_changed(self) -> bool:
        """A new row says something as it is: all other fields, ask."""
        is_new = bool(self.instance._state.adding)  # noqa: SLF001  Django's documented way
        return is_new or super().has_changed()


class Policies(forms.BaseInlineFormSet[Any, Connection, forms.ModelForm[Any]]):
    """One rule for each field."""

    def get_unique_error_message(self, unique_check: Any) -> str:
        """Django's own speaks of connections."""
        return "There are two rules for the same field: leave one of them."


class PolicyInline(ConnectionTable):
    """Others see the rules on the card above."""

    model = Policy
    form = PolicyForm
    formset = Policies
    template_before = "console/policies.html"
    verbose_name = "rule"
    verbose_name_plural = "rules for conflicts"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For whoever may change them."""
        return self._may(request)


def in_words(connection: Connection) -> list[tuple[str, str]]:
    """Each field that has a rule, and the rule; the one for all others last."""
    rules = connection.policies.all()
    said = [(EDITABLE[rule.field].label if rule.field in EDITABLE else OTHERS, rule) for rule in rules]
    ordered = sorted(said, key=lambda entry: (entry[1].field == "", entry[0]))
    found = [(label, str(rule.get_rule_display())) for label, rule in ordered]
    return found if any(rule.field == "" for rule in rules) else [*found, (OTHERS, "Ask")]
