"""What somebody says to connect an upstream, or to give a connection another address or key."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from counterfoil.connections import connect as engine
from counterfoil.connectors.login import ConnectField
from counterfoil.connectors.port import Connector
from counterfoil.console.connections.form import COUNTRY_HINT, country_typed
from counterfoil.mirror.models import Connection

LONGEST = 2_000
"""Characters of a setting or a secret."""
LOG_IN = "log_in"
"""The button by which the rest is left to a login at the upstream."""
REQUIRED = "This field is required."


class ConnectForm(forms.Form):
    """What one kind of upstream needs. With `existing` only what may be renewed."""

    def __init__(self, kind: type[Connector], existing: Connection | None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        self.kind, self.existing = kind, existing
        self.by_login = kind.login is not None and data is not None and LOG_IN in data
        if existing is None:
            self.fields["name"] = _text("Name", "What you call this connection, as in “Head office”.", longest=80)
        for asked in kind.connect_fields:
            self.fields[asked.name] = _asked(asked, required=asked.required and asked.name not in self._answered)
            if existing is not None and not asked.secret:
                self.initial[asked.name] = existing.settings.get(asked.name)
        if existing is None:
            hint = (
                f"{COUNTRY_HINT} Left empty, it is what {kind.title} says."
                if kind.provides_country
                else COUNTRY_HINT
            )
            self.fields["country"] = _text("Default country", hint, longest=40, required=not kind.provides_country)
            self.initial["country"] = "" if kind.provides_country else engine.USUAL_COUNTRY

    @property
    def usual(self) -> Iterator[BoundField]:
        """The fields that everybody fills in."""
        aside = {asked.name for asked in self.kind.connect_fields if asked.advanced}
        return (self[name] for name in self.fields if name not in aside | self._answered)

    @property
    def aside(self) -> list[BoundField]:
        """The fields that hardly anybody fills in."""
        return [self[asked.name] for asked in self.kind.connect_fields if asked.advanced]

    @property
    def aside_matters(self) -> bool:
        """Whether something is said there, or wrong there."""
        return any(field.value() or field.errors for field in self.aside)

    @property
    def answered(self) -> list[BoundField]:
        """The fields that only somebody fills in who does not log in at the upstream."""
        return [self[asked.name] for asked in self.kind.connect_fields if asked.name in self._answered]

    @property
    def without_login(self) -> bool:
        """Whether it was sent without a login at an upstream that has one."""
        return self.is_bound and not self.by_login

    def clean_name(self) -> str:
        """One that the house has not taken: a new connection must not renew another one."""
        name: str = self.cleaned_data["name"]
        if Connection.objects.filter(owner=None, name__iexact=name).exists():
            raise forms.ValidationError(f"There is a connection called “{name}” already. Choose another name.")
        return name

    def clean_country(self) -> str:
        """A country's code; its name will do, and nothing where the upstream says it."""
        typed: str = self.cleaned_data["country"]
        return country_typed(typed) if typed or not self.kind.provides_country else ""

    def clean(self) -> dict[str, Any]:
        """What a login answers is needed where nobody logs in; a browser does not know that."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        for name in () if self.by_login else self._answered:
            if not said.get(name):
                self.add_error(name, REQUIRED)
        return said

    def draft(self) -> engine.Draft:
        """What was said."""
        said = self.cleaned_data
        asks = [
            asked for asked in self.kind.connect_fields if not self.by_login or asked.name not in self._answered
        ]
        return engine.Draft(
            name=self.existing.name if self.existing else said["name"],
            connector=self.kind.name,
            settings={
                asked.name: said[asked.name].rstrip("/")
                for asked in asks
                if not asked.secret and (said[asked.name] or asked.required or self._had(asked.name))
            },
            secrets={asked.name: said[asked.name] for asked in asks if asked.secret},
            country=self.existing.country if self.existing else said["country"],
            owner=self.existing.owner_id if self.existing else None,
        )

    def _had(self, name: str) -> bool:
        """Whether the connection has this setting: what is emptied is to be empty then."""
        return self.existing is not None and name in self.existing.settings

    @property
    def _answered(self) -> frozenset[str]:
        return self.kind.login.supplies if self.kind.login else frozenset()


def _asked(asked: ConnectField, *, required: bool) -> forms.Field:
    if asked.choices:
        return forms.ChoiceField(
            label=asked.label,
            help_text=asked.hint,
            choices=[("", "Choose …"), *asked.choices],
            widget=UnfoldAdminSelectWidget(),
            required=required,
        )
    if not asked.secret:
        return _text(asked.label, asked.hint, longest=LONGEST, required=required)
    widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
    return forms.CharField(
        label=asked.label, help_text=asked.hint, max_length=LONGEST, widget=widget, required=required
    )


def _text(label: str, hint: str, *, longest: int, required: bool = True) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, help_text=hint, max_length=longest, widget=widget, required=required)
