"""The countries of an organisation's contacts: mostly its own, some abroad."""

from counterfoil_simulators.data import names
from counterfoil_simulators.data.countries import BY_CODE, COUNTRIES, Country
from counterfoil_simulators.data.dice import Dice, Weighted

STATES: dict[str, str] = {
    "New York": "NY",
    "Boston": "MA",
    "Oakland": "CA",
    "Newark": "NJ",
    "Houston": "TX",
    "Mumbai": "Maharashtra",
    "Pune": "Maharashtra",
    "Bengaluru": "Karnataka",
    "Chennai": "Tamil Nadu",
}
"""The state of a city, where addresses have one."""
COUNTRY_NAMES: dict[str, str] = {
    "US": "USA",
    "IN": "India",
    "GB": "U.K.",
    "BE": "Belgium",
    "NL": "Netherlands",
    "DE": "Germany",
    "FR": "France",
    "LU": "Luxembourg",
    "AE": "United Arab Emirates",
    "NG": "Nigeria",
    "GH": "Ghana",
    "CI": "Ivory Coast",
    "SN": "Senegal",
    "CM": "Cameroon",
    "BJ": "Benin",
    "TG": "Togo",
    "GN": "Guinea",
    "CD": "Congo",
    "KE": "Kenya",
    "TZ": "Tanzania",
}
"""As people pick them from a list, in English."""

_INDIAN = names.Naming(
    families=("Sharma", "Patil", "Iyer", "Kulkarni", "Menon", "Reddy", "Banerjee", "Chauhan", "D'Souza", "Naidu"),
    brands=names.BRANDS,
    trades=("Exports", "Traders", "Industries", "Textiles", "Logistics", "Enterprises", "Agro", "Motors"),
    patterns=("{brand} {trade}", "{family} {trade}", "{family} & Sons", "Shree {brand} {trade}", "{city} {trade}"),
    forms=Weighted([("Pvt Ltd", 46), ("Private Limited", 14), ("LLP", 12), ("& Co", 8), ("", 20)]),
)


def _none(dice: Dice) -> str | None:
    return None


def _country(
    code: str, spelling: str, cities: tuple[tuple[str, str | None], ...], naming: names.Naming
) -> Country:
    streets = ("Main St", "Dock Road", "Market Street", "Station Road", "Industrial Area Phase II, Plot")
    currency = Weighted[str | None]([("USD" if code == "US" else "INR", 1)])
    return Country(
        code, Weighted([(spelling, 1)]), cities, streets, naming, _none, Weighted([("en", 1)]), currency
    )


_UNITED_STATES = _country(
    "US",
    "USA",
    (("New York", "10001"), ("Boston", "02110"), ("Oakland", "94607"), ("Newark", "07102"), ("Houston", "77002")),
    names.ENGLISH,
)
_INDIA = _country(
    "IN",
    "India",
    (("Mumbai", "400001"), ("Pune", "411001"), ("Bengaluru", "560001"), ("Chennai", "600001")),
    _INDIAN,
)
_ABROAD = [(BY_CODE[code], 4.0) for code in ("GB", "BE", "NL", "DE", "FR", "AE", "NG")]

PLACES: dict[str, Weighted[Country]] = {
    "US": Weighted([(_UNITED_STATES, 70), (_INDIA, 2), *_ABROAD]),
    "IN": Weighted([(_INDIA, 76), (_UNITED_STATES, 4), *_ABROAD]),
    "BE": COUNTRIES,
}
"""By the country of the organisation."""
