"""Connecting an upstream from the console, and giving a connection another address or key.

What is asked for is the connector's own list. Nothing is stored unless a real call has worked with it, and no
secret is ever sent back to a browser: an address cannot be changed without saying the secrets again, so that
nobody learns a stored key by having it sent elsewhere.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from counterfoil.connectors.contract import Asked, Connector
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.console.connection_form import COUNTRY_HINT, country_typed
from counterfoil.errors import CounterfoilError
from counterfoil.mirror import connections as engine
from counterfoil.mirror.models import Connection

if TYPE_CHECKING:
    from counterfoil.console.connections import ConnectionAdmin

LONGEST = 2_000
"""Characters of a setting or a secret."""


class ConnectForm(forms.Form):
    """What one kind of upstream needs. With `existing` only what may be renewed."""

    def __init__(self, kind: type[Connector], existing: Connection | None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        self.kind, self.existing = kind, existing
        if existing is None:
            self.fields["name"] = _text("Name", "What you call this connection, as in “Head office”.", longest=80)
        for asked in kind.asks:
            self.fields[asked.name] = _asked(asked)
            if existing is not None and not asked.secret:
                self.initial[asked.name] = existing.settings.get(asked.name)
        if existing is None:
            self.fields["country"] = _text("Default country", COUNTRY_HINT, longest=40)
            self.initial["country"] = "BE"

    def clean_name(self) -> str:
        """One that the house has not taken: a new connection must not renew another one."""
        name: str = self.cleaned_data["name"]
        if Connection.objects.filter(owner=None, name__iexact=name).exists():
            raise forms.ValidationError(f"There is a connection called “{name}” already. Choose another name.")
        return name

    def clean_country(self) -> str:
        """A country's code; its name will do."""
        return country_typed(self.cleaned_data["country"])

    def draft(self) -> engine.Draft:
        """What was said."""
        said = self.cleaned_data
        return engine.Draft(
            name=self.existing.name if self.existing else said["name"],
            connector=self.kind.name,
            settings={
                asked.name: said[asked.name].rstrip("/")
                for asked in self.kind.asks
                if not asked.secret and (said[asked.name] or asked.required)
            },
            secrets={asked.name: said[asked.name] for asked in self.kind.asks if asked.secret},
            country=self.existing.country if self.existing else said["country"],
            owner=self.existing.owner_id if self.existing else None,
        )


def page(admin: "ConnectionAdmin", request: HttpRequest, existing: Connection | None = None) -> HttpResponse:
    """The form; once it is filled in, a real call, and only then a stored connection."""
    kinds = [kind for kind in CONNECTORS.values() if kind.asks]
    wanted = existing.connector if existing else request.GET.get("kind")
    kind = next((kind for kind in kinds if kind.name == wanted), None if existing else kinds[0])
    if kind is None:
        messages.error(request, "This connection can only be changed on the command line.")
        return redirect("admin:mirror_connection_changelist")
    form = ConnectForm(kind, existing, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            connection, answer, new = engine.connect(form.draft())
        except CounterfoilError as error:
            form.add_error(None, str(error))
        else:
            _note(admin, request, connection, new=new)
            messages.success(request, f"{answer} {'Press “Sync now” to list everything.' if new else ''}".strip())
            return redirect("admin:mirror_connection_change", connection.pk)
    return admin.draw(
        request,
        "console/connect.html",
        existing,
        form=form,
        upstream=kind.title,
        others=[(other.name, other.title) for other in kinds if other is not kind],
        title=f"New key for {existing.name}" if existing else f"Connect {kind.title}",
    )


def _note(admin: "ConnectionAdmin", request: HttpRequest, connection: Connection, *, new: bool) -> None:
    if new:
        admin.log_addition(request, connection, "Connected.")
    else:
        admin.log_change(request, connection, "Another address or key.")


def _asked(asked: Asked) -> forms.CharField:
    if not asked.secret:
        return _text(asked.label, asked.hint, longest=LONGEST, required=asked.required)
    widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=asked.label, help_text=asked.hint, max_length=LONGEST, widget=widget)


def _text(label: str, hint: str, *, longest: int, required: bool = True) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, help_text=hint, max_length=longest, widget=widget, required=required)
