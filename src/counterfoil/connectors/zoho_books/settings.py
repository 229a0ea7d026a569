"""Read the settings of a connection to Zoho Books. All functions raise InvalidSetting for unusable values."""

from collections.abc import Mapping
from dataclasses import replace

from counterfoil.connectors.zoho_books import messages
from counterfoil.connectors.zoho_books.oauth import DATA_CENTRES, DataCentre
from counterfoil.errors import InvalidSetting

WINDOW_DAYS = 365
"""Default number of days of invoices, by their date."""
LONGEST_WINDOW = 36_500
"""Days: a hundred years, so all invoices."""


def read_text(values: Mapping[str, object], name: str) -> str:
    """Read a value as text without surrounding blanks; "" if it is missing."""
    value = values.get(name)
    return "" if value is None else str(value).strip()


def read_data_centre(values: Mapping[str, object]) -> DataCentre:
    """Read the data centre. One of Zoho's is not needed if the address of the accounts server is given."""
    code, accounts_url = read_text(values, "dc").lower(), read_text(values, "accounts_url").rstrip("/")
    if code not in DATA_CENTRES and (code or not accounts_url):
        raise InvalidSetting(
            messages.UNKNOWN_DATA_CENTRE(data_centre=code[:20]) if code else messages.NO_DATA_CENTRE(),
            messages.GIVE_DATA_CENTRE(data_centres=", ".join(DATA_CENTRES)),
        )
    centre = DATA_CENTRES.get(code, DataCentre("", ""))
    return replace(centre, accounts_url=accounts_url) if accounts_url else centre


def read_organization(values: Mapping[str, object]) -> str:
    """Read the id of the organisation."""
    found = read_text(values, "organization")
    if not (found.isascii() and found.isdigit()):
        raise InvalidSetting(
            messages.ORGANISATION_NOT_DIGITS(),
            messages.FIND_ORGANISATION(),
        )
    return found


def read_window_days(values: Mapping[str, object]) -> int:
    """Read the number of days of invoices to mirror."""
    days = read_text(values, "window_days") or str(WINDOW_DAYS)
    if not (days.isascii() and days.isdigit() and 1 <= int(days[:9]) <= LONGEST_WINDOW):
        raise InvalidSetting(
            messages.NOT_DAYS(days=days[:20]), messages.GIVE_DAYS(longest=LONGEST_WINDOW, default=WINDOW_DAYS)
        )
    return int(days)
