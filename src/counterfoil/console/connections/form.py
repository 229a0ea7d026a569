"""The form of a connection's page. Our settings are kept beside the connector's in one JSON column."""

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

from counterfoil.connections import access, connect, cron_times, factory
from counterfoil.errors import InvalidInput
from counterfoil.ingest.guards import FLOOR, SHARE
from counterfoil.mirror import detail_share
from counterfoil.mirror.models import Connection
from counterfoil.normalize.country import country as country_code

COUNTRY_HINT = (
    "Two letters, such as BE. Phone and VAT numbers without a country code are read as numbers of this country."
)


class ConnectionForm(forms.ModelForm[Connection]):
    """What can be changed of a connection. An empty number means the default."""

    country = forms.CharField(
        label="Default country",
        max_length=40,
        widget=UnfoldAdminTextInputWidget(),
        help_text=COUNTRY_HINT,
    )
    rate = forms.FloatField(label="Requests per second", min_value=0, required=False)
    daily_reserve = forms.IntegerField(label="Daily reserve", min_value=0, required=False)
    guard_share = forms.FloatField(
        label="Approval limit (%)",
        min_value=0,
        max_value=100,
        required=False,
        help_text="A sync stops and asks for approval if it would delete or rename a larger share of customers. "
        f"Default: {SHARE:.0%}; up to {FLOOR} customers are always allowed.",
    )
    detail_calls = forms.IntegerField(label="API calls a day for details", min_value=0, required=False)

    invoice_details = forms.BooleanField(
        label="Details of invoices, too",
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text="Lines, notes and terms. One call for each invoice, after the customers.",
    )
    read_only = forms.BooleanField(
        label="Read-only",
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text="Edits are never sent. They are kept here, and no sync overwrites them. When you untick this, "
        "they are sent next time.",
    )
    new_name = forms.CharField(
        label="Name",
        max_length=80,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text="Webhooks that are sent to an address with the old name still arrive.",
    )
    time_zone = forms.CharField(
        label="Time zone", max_length=40, required=False, widget=UnfoldAdminTextInputWidget()
    )
    only_for = forms.ModelMultipleChoiceField(
        label="Visible to these groups only",
        queryset=Group.objects.order_by("name"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text="No one else sees anything of this connection. Tick none to make it visible to everyone.",
    )
    owner = forms.ModelChoiceField(
        label="Belongs to",
        queryset=User.objects.none(),
        required=False,
        empty_label="everyone",
        widget=UnfoldAdminSelectWidget(),
        help_text="Only the owner and administrators see the connection, whatever groups are ticked.",
    )
    given_away = forms.BooleanField(
        label="I will no longer see it",
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text="Tick this to confirm that you give the connection to someone else.",
    )
    user: User
    """The user who fills in the form."""

    class Meta:
        model = Connection
        fields = ("country",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance.settings
        self.initial["new_name"] = self.instance.name
        defaults = factory.limits_of(self.instance)
        for name in ("rate", "daily_reserve", detail_share.SETTING, cron_times.SETTING):
            self.initial[name] = _short(stored.get(name))
        self.initial[detail_share.INVOICES] = bool(stored.get(detail_share.INVOICES))
        self.initial[factory.READ_ONLY] = bool(stored.get(factory.READ_ONLY))
        share = stored.get("guard_share")
        self.initial["guard_share"] = None if share is None else _short(round(float(share) * 100, 4))
        if "only_for" in self.fields:
            self.initial["only_for"] = access.groups_of(self.instance)
        if "owner" in self.fields:
            self.fields["owner"].queryset = _owners(self.instance)  # type: ignore[attr-defined]
        if "rate" not in self.fields:  # the user may only look
            return
        for name in ("rate", "daily_reserve", "guard_share", detail_share.SETTING):
            self.fields[name].widget = UnfoldAdminIntegerFieldWidget(attrs={"step": "any", "min": 0})
        self.fields["daily_reserve"].widget.attrs["step"] = 1
        rate = f"{defaults.rate:g}" if defaults.rate else "no limit"
        self.fields["rate"].widget.attrs["placeholder"] = rate
        self.fields["rate"].help_text = f"Default: {rate}. 0 means no limit."
        self.fields["daily_reserve"].widget.attrs["placeholder"] = str(defaults.daily_reserve)
        self.fields[
            "daily_reserve"
        ].help_text = f"API calls a day that are reserved for users. Default: {defaults.daily_reserve:,}."
        self.fields[detail_share.SETTING].help_text = (
            "Lists leave out details such as addresses and notes. Fetching them takes one call per record, in the "
            f"background. Default: {detail_share.PERCENT}% of the daily calls. 0 means never."
        )
        self.fields["guard_share"].widget.attrs["placeholder"] = f"{SHARE * 100:g}"
        self.fields[cron_times.SETTING].widget.attrs["placeholder"] = settings.TIME_ZONE
        self.fields[
            cron_times.SETTING
        ].help_text = f"For the schedules below, such as Europe/Brussels. Default: {settings.TIME_ZONE}."

    def clean_rate(self) -> float | None:
        """Return a rate by which a sync can end."""
        rate: float | None = self.cleaned_data["rate"]
        if rate and not connect.SLOWEST <= rate <= connect.FASTEST:
            raise forms.ValidationError(
                f"Give a number from {connect.SLOWEST:g} to {connect.FASTEST:,}, or 0 for no limit."
            )
        return rate

    def clean_new_name(self) -> str:
        """Return a name that can be part of an address and that its owner has not given already."""
        name = str(self.cleaned_data["new_name"]).strip() or self.instance.name
        try:
            connect.require_name(name)
        except InvalidInput as error:
            raise forms.ValidationError(str(error)) from None
        same = Connection.objects.filter(owner=self.instance.owner_id, name__iexact=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("There is already a connection with this name.")
        return name

    def clean_country(self) -> str:
        return read_country(self.cleaned_data["country"])

    def clean_time_zone(self) -> str:
        """Return the name of a known time zone; empty for the installation's."""
        name = str(self.cleaned_data[cron_times.SETTING])
        try:
            return cron_times.require_zone(name).key if name else ""
        except InvalidInput as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        """Keep users from losing sight of a connection by accident."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if "only_for" not in values or self.user.is_superuser:
            return values
        owner: User | None = values.get("owner")
        if owner is None and values["only_for"] and not values["only_for"].filter(user=self.user).exists():
            self.add_error(
                "only_for", "You would no longer see this connection yourself. Tick one of your own groups too."
            )
        elif owner not in {None, self.user} and not values.get("given_away"):
            self.add_error("given_away", f"Only {owner} would see this connection. Tick this to confirm.")
        return values

    def own_settings(self) -> dict[str, Any]:
        """Return the numbers as the connection's settings keep them; None for a default."""
        share = self.cleaned_data.get("guard_share")
        return {
            "rate": self.cleaned_data.get("rate"),
            "daily_reserve": self.cleaned_data.get("daily_reserve"),
            detail_share.SETTING: self.cleaned_data.get(detail_share.SETTING),
            detail_share.INVOICES: self.cleaned_data.get(detail_share.INVOICES) or None,
            "guard_share": None if share is None else share / 100,
        }


def _owners(connection: Connection) -> "QuerySet[User]":
    """Return the users who may own the connection: all who can log in, and the present owner."""
    return User.objects.filter(Q(is_active=True) | Q(pk=connection.owner_id)).order_by("username")


def read_country(typed: str) -> str:
    """Return the code of a country typed as code or name. Raises ValidationError for anything else."""
    code = country_code(typed).value
    if code is None:
        raise forms.ValidationError(f"“{typed}” is not a country. Use two letters, such as BE, NL or FR.")
    return code


def _short(number: Any) -> Any:
    """Return a whole number as an int: 6 instead of 6.0."""
    return int(number) if isinstance(number, float) and number.is_integer() else number
