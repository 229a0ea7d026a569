"""The form to connect a system, or to change the address or key of a connection."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from counterfoil.connections import connect as engine
from counterfoil.connectors.http import plain_http
from counterfoil.connectors.login import ConnectField
from counterfoil.connectors.port import Connector
from counterfoil.console.connections.form import COUNTRY_HINT, read_country
from counterfoil.mirror.models import Connection

LONGEST = 2_000
"""The most characters of a setting or a secret."""
LOG_IN = "log_in"
"""The name of the button that leaves the rest to a login in the browser."""
REQUIRED = "This field is required."


class ConnectForm(forms.Form):
    """The fields that one connector needs; with `existing` only those that can be changed later."""

    def __init__(self, kind: type[Connector], existing: Connection | None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        self.kind, self.existing = kind, existing
        self.by_login = kind.login is not None and data is not None and LOG_IN in data
        if existing is None:
            self.fields["name"] = _text(
                "Name", "Your name for this connection, such as “Head office”.", longest=80
            )
        for entry in kind.connect_fields:
            self.fields[entry.name] = _form_field(
                entry, required=entry.required and entry.name not in self._login_fields
            )
            if existing is not None and not entry.secret:
                self.initial[entry.name] = existing.settings.get(entry.name)
        if existing is None:
            hint = (
                f"{COUNTRY_HINT} Leave it empty to use the country set in {kind.title}."
                if kind.provides_country
                else COUNTRY_HINT
            )
            self.fields["country"] = _text("Default country", hint, longest=40, required=not kind.provides_country)
            self.initial["country"] = "" if kind.provides_country else engine.USUAL_COUNTRY

    @property
    def main_fields(self) -> Iterator[BoundField]:
        """The fields that every user fills in."""
        extra = {entry.name for entry in self.kind.connect_fields if entry.advanced}
        return (self[name] for name in self.fields if name not in extra | self._login_fields)

    @property
    def extra_fields(self) -> list[BoundField]:
        """The fields that few users fill in."""
        return [self[entry.name] for entry in self.kind.connect_fields if entry.advanced]

    @property
    def shows_extra_fields(self) -> bool:
        """Whether any of them has a value or an error."""
        return any(field.value() or field.errors for field in self.extra_fields)

    @property
    def manual_fields(self) -> list[BoundField]:
        """The fields that a login in the browser fills in; needed without one."""
        return [self[entry.name] for entry in self.kind.connect_fields if entry.name in self._login_fields]

    @property
    def is_manual(self) -> bool:
        """Whether the form was sent to connect without a login."""
        return self.is_bound and not self.by_login

    def clean_name(self) -> str:
        """Refuse a name that a shared connection has: a new connection must not replace another one."""
        name: str = self.cleaned_data["name"]
        if Connection.objects.filter(owner=None, name__iexact=name).exists():
            raise forms.ValidationError(f"There is already a connection called “{name}”. Choose another name.")
        return name

    def clean_country(self) -> str:
        """Return the country's code; it may be left empty where the system tells the country."""
        typed: str = self.cleaned_data["country"]
        return read_country(typed) if typed or not self.kind.provides_country else ""

    def clean(self) -> dict[str, Any]:
        """Require the fields that a login would fill in, where there is no login."""
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        for name in () if self.by_login else self._login_fields:
            if not typed.get(name):
                self.add_error(name, REQUIRED)
        return typed

    def draft(self) -> engine.Draft:
        """Return the connection as typed."""
        typed = self.cleaned_data
        allowed = self.existing is not None and plain_http.is_allowed(self.existing.settings)
        kept = {plain_http.PLAIN_HTTP: True} if allowed else {}
        left_to_login = self._login_fields if self.by_login else frozenset()
        entries = [entry for entry in self.kind.connect_fields if entry.name not in left_to_login]
        return engine.Draft(
            name=self.existing.name if self.existing else typed["name"],
            connector=self.kind.name,
            settings=kept
            | {
                entry.name: typed[entry.name].rstrip("/")
                for entry in entries
                if not entry.secret and (typed[entry.name] or entry.required or self._has_setting(entry.name))
            },
            secrets={entry.name: typed[entry.name] for entry in entries if entry.secret},
            country=self.existing.country if self.existing else typed["country"],
            owner=self.existing.owner_id if self.existing else None,
        )

    def _has_setting(self, name: str) -> bool:
        """Return whether the connection has this setting, so that emptying the field empties the setting."""
        return self.existing is not None and name in self.existing.settings

    @property
    def _login_fields(self) -> frozenset[str]:
        return self.kind.login.supplies if self.kind.login else frozenset()


def _form_field(entry: ConnectField, *, required: bool) -> forms.Field:
    if entry.choices:
        return forms.ChoiceField(
            label=entry.label,
            help_text=entry.hint,
            choices=[("", "Choose …"), *entry.choices],
            widget=UnfoldAdminSelectWidget(),
            required=required,
        )
    if not entry.secret:
        return _text(entry.label, entry.hint, longest=LONGEST, required=required)
    widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
    return forms.CharField(
        label=entry.label, help_text=entry.hint, max_length=LONGEST, widget=widget, required=required
    )


def _text(label: str, hint: str, *, longest: int, required: bool = True) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, help_text=hint, max_length=longest, widget=widget, required=required)
