"""One simulated organisation: its profile, its books, its limits."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from counterfoil_simulators.clock import Clock
from counterfoil_simulators.zoho_books import zones
from counterfoil_simulators.zoho_books.books import Books
from counterfoil_simulators.zoho_books.limits import ZohoLimits
from counterfoil_simulators.zoho_books.records import Json

CURRENCY, TEMPLATE, PAYMENT_TERMS = 97, 17_003, 93_081
"""Offsets of these ids from an organisation's first id."""


class Profile(NamedTuple):
    """The fixed properties of an organisation."""

    name: str
    time_zone: str
    country_code: str
    country: str
    currency_code: str
    currency_symbol: str
    plan: str
    first_id: int
    """The lowest id: 18 digits, or 19."""
    with_gst: bool = False
    """Indian: GST and PAN numbers in its contacts."""

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its times, due dates and days."""
        return ZoneInfo(self.time_zone)


@dataclass(slots=True, frozen=True)
class SimulatedOrganization:
    """An organisation; its id is a string of digits."""

    id: str
    profile: Profile
    books: Books
    limits: ZohoLimits
    is_default: bool
    clock: Clock

    @property
    def zone(self) -> ZoneInfo:
        return self.profile.zone

    @property
    def today(self) -> date:
        """The current date in its zone."""
        return zones.today(self.clock.now(), self.zone)

    def format_instant(self, seconds: float) -> str:
        """Format a time as its records show it."""
        return zones.format_instant(seconds, self.zone)

    def fixed_id(self, offset: int) -> str:
        """Return the id of an object that every organisation has: a currency, a template, a payment term."""
        return str(self.profile.first_id + offset)

    def row(self) -> Json:
        """Render its row in `GET /organizations` (contract section 1)."""
        profile = self.profile
        return {
            "organization_id": self.id,
            "name": profile.name,
            "contact_name": "",
            "email": "",
            "is_default_org": self.is_default,
            "plan_type": 0 if profile.plan == "Free" else 4,
            "plan_name": profile.plan,
            "language_code": "en",
            "fiscal_year_start_month": 3 if profile.with_gst else 0,
            "time_zone": profile.time_zone,
            "is_dst_active": bool(datetime.fromtimestamp(self.clock.now(), self.zone).dst()),
            "date_format": "dd MMM yyyy",
            "field_separator": " ",
            "currency_id": self.fixed_id(CURRENCY),
            "currency_code": profile.currency_code,
            "currency_symbol": profile.currency_symbol,
            "currency_format": "###,##0.00",
            "price_precision": 2,
            "country": profile.country,
            "country_code": profile.country_code,
            "org_settings": {"is_org_active": True},
        }
