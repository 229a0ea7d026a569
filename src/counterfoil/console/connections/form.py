"""What can be changed of a connection. Its own settings are kept beside the connector's, in one JSON column."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db.models import Q, QuerySet
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from counterfoil.connections import access, cron_times, factory
from counterfoil.errors import InvalidInput
from counterfoil.ingest.guards import FLOOR, SHARE
from counterfoil.mirror import detail_share
from counterfoil.mirror.models import Connection
from counterfoil.normalize.country import country as country_code

COUNTRY_HINT = "Two letters, as in BE. Phones and VAT numbers without a country are read as from here."


class ConnectionForm(forms.ModelForm[Connection]):
    """An empty number means the usual one."""

    country = forms.CharField(
        label="Default country",
        max_length=40,
        widget=UnfoldAdminTextInputWidget(),
        help_text=COUNTRY_HINT,
    )
    rate = forms.FloatField(label="Requests per second", min_value=0, required=False)
    daily_reserve = forms.IntegerField(label="Daily reserve", min_value=0, required=False)
    guard_share = forms.FloatField(
        label="Guard share (%)",
        min_value=0,
        max_value=100,
        required=False,
        help_text="A pass in which a bigger share of the customers would vanish or get another name stops and "
        f"asks. Usual: {SHARE:.0%}; up to {FLOOR} rows may always go.",
    )
    detail_calls = forms.IntegerField(label="Calls a day for details", min_value=0, required=False)

    read_only = forms.BooleanField(
        label="Read-only: nothing is written upstream",
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text="Edits are kept here only then, those that wait now too, and outlive every sync. Without the "
        "tick again, the next push sends them.",
    )
    time_zone = forms.CharField(
        label="Time zone", max_length=40, required=False, widget=UnfoldAdminTextInputWidget()
    )
    only_for = forms.ModelMultipleChoiceField(
        label="Only for these groups",
        queryset=Group.objects.order_by("name"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text="Of the house's: nobody else sees anything of it. None chosen: it is for everybody.",
    )
    owner = forms.ModelChoiceField(
        label="Belongs to",
        queryset=User.objects.none(),
        required=False,
        empty_label="the house",
        widget=UnfoldAdminSelectWidget(),
        help_text="What belongs to somebody is there for them and for superusers only, whatever the groups below.",
    )
    given_away = forms.BooleanField(
        label="I will not see it any more",
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text="Tick this to give it to somebody else.",
    )
    person: User
    """Who fills it in."""

    class Meta:
        model = Connection
        fields = ("country",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance.settings
        usual = factory.limits_of(self.instance)
        for name in ("rate", "daily_reserve", detail_share.SETTING, cron_times.SETTING):
            self.initial[name] = _short(stored.get(name))
        self.initial[factory.READ_ONLY] = bool(stored.get(factory.READ_ONLY))
        share = stored.get("guard_share")
        self.initial["guard_share"] = None if share is None else _short(round(float(share) * 100, 4))
        if "only_for" in self.fields:
            self.initial["only_for"] = access.groups_of(self.instance)
        if "owner" in self.fields:
            self.fields["owner"].queryset = _owners(self.instance)  # type: ignore[attr-defined]
        if "rate" not in self.fields:  # somebody who may only look
            return
        for name in ("rate", "daily_reserve", "guard_share", detail_share.SETTING):
            self.fields[name].widget = UnfoldAdminIntegerFieldWidget(attrs={"step": "any", "min": 0})
        self.fields["daily_reserve"].widget.attrs["step"] = 1
        rate = f"{usual.rate:g}" if usual.rate else "no limit"
        self.fields["rate"].widget.attrs["placeholder"] = rate
        self.fields["rate"].help_text = f"Usual: {rate}. 0 means no limit of ours."
        self.fields["daily_reserve"].widget.attrs["placeholder"] = str(usual.daily_reserve)
        self.fields["daily_reserve"].help_text = f"Calls a day kept for people. Usual: {usual.daily_reserve:,}."
        self.fields[detail_share.SETTING].help_text = (
            "What lists do not say (addresses, notes) takes a call for each record, in the background. Usual: "
            f"{detail_share.PERCENT}% of the upstream's calls a day. 0: never."
        )
        self.fields["guard_share"].widget.attrs["placeholder"] = f"{SHARE * 100:g}"
        self.fields[cron_times.SETTING].widget.attrs["placeholder"] = settings.TIME_ZONE
        self.fields[
            cron_times.SETTING
        ].help_text = f"In which the schedules below are read, as in Europe/Brussels. Usual: {settings.TIME_ZONE}."

    def clean_country(self) -> str:
        """A country's code; its name will do."""
        return country_typed(self.cleaned_data["country"])

    def clean_time_zone(self) -> str:
        """One that is known; empty for the install's."""
        name = str(self.cleaned_data[cron_times.SETTING])
        try:
            return cron_times.require_zone(name).key if name else ""
        except InvalidInput as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        """Nobody locks themselves out unawares."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if "only_for" not in said or self.person.is_superuser:
            return said
        owner: User | None = said.get("owner")
        if owner is None and said["only_for"] and not said["only_for"].filter(user=self.person).exists():
            self.add_error("only_for", "You would not see it any more yourself. Choose a group of yours too.")
        elif owner not in {None, self.person} and not said.get("given_away"):
            self.add_error(
                "given_away", f"It would be there for {owner} only. Tick this if that is what you want."
            )
        return said

    def own_settings(self) -> dict[str, Any]:
        """The numbers as the connection's settings keep them; None where the usual one holds."""
        share = self.cleaned_data.get("guard_share")
        return {
            "rate": self.cleaned_data.get("rate"),
            "daily_reserve": self.cleaned_data.get("daily_reserve"),
            detail_share.SETTING: self.cleaned_data.get(detail_share.SETTING),
            "guard_share": None if share is None else share / 100,
        }


def _owners(connection: Connection) -> "QuerySet[User]":
    """To whom a connection may belong: whoever can log in, and whose it is."""
    return User.objects.filter(Q(is_active=True) | Q(pk=connection.owner_id)).order_by("username")


def country_typed(typed: str) -> str:
    """The code of a country that somebody typed. Raises ValidationError."""
    code = country_code(typed).value
    if code is None:
        raise forms.ValidationError(f"“{typed}” is not a country. Use two letters, as in BE, NL or FR.")
    return code


def _short(number: Any) -> Any:
    """6 instead of 6.0."""
    return int(number) if isinstance(number, float) and number.is_integer() else number
