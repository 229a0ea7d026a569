"""The countries of the customers: spellings, places, streets, language and currency of each."""

from collections.abc import Callable
from typing import NamedTuple

from counterfoil_simulators.data import names, vat
from counterfoil_simulators.data.dice import Dice, Weighted

DUTCH_STREETS = (
    "Kaai",
    "Industrieweg",
    "Havenlaan",
    "Noorderlaan",
    "Stationsstraat",
    "Kerkstraat",
    "Nijverheidslaan",
)
FRENCH_STREETS = (
    "Rue du Port",
    "Avenue de l'Industrie",
    "Rue des Écoles",
    "Quai Nord",
    "Boulevard de la République",
)
GERMAN_STREETS = ("Hafenstraße", "Industriestr.", "Bahnhofstraße", "Am Güterbahnhof", "Gewerbering")
ENGLISH_STREETS = ("Dock Road", "Station Road", "Industrial Way", "High Street", "Quayside")
GULF_STREETS = ("Ras Al Khor Ind. Area", "Sheikh Zayed Road, Showroom", "Al Quoz Ind. 3, Warehouse", "PO Box")
AFRICAN_STREETS = (
    "Avenue de la Liberté",
    "Route de l'Aéroport, Lot",
    "BP",
    "Market Road",
    "Zone industrielle, Villa",
)


class Country(NamedTuple):
    """One country's profile."""

    code: str
    spellings: Weighted[str | None]
    cities: tuple[tuple[str, str | None], ...]
    streets: tuple[str, ...]
    naming: names.Naming
    vat: Callable[[Dice], str | None]
    languages: Weighted[str | None]
    currencies: Weighted[str | None]


def _spellings(*usual: str) -> Weighted[str | None]:
    weights: list[tuple[str | None, float]] = [(name, 30 / (at + 1)) for at, name in enumerate(usual)]
    return Weighted([*weights, ("", 1.5), (None, 2)])


def _languages(code: str) -> Weighted[str | None]:
    return Weighted([(code, 80), (code.upper(), 8), ("en", 6), ("nl", 3), (None, 3)])


def _currencies(code: str) -> Weighted[str | None]:
    return Weighted([(code, 60), ("EUR", 34), (code.lower(), 1), (None, 5)])


_BELGIUM = Country(
    "BE",
    _spellings("België", "BE", "Belgium", "Belgique", "BELGIË", "Belgie"),
    (
        *(
            ("Antwerpen", "2000"),
            ("Antwerpen", "2030"),
            ("Gent", "9000"),
            ("Zeebrugge", "8380"),
            ("Brussel", "1000"),
        ),
        *(
            ("Bruxelles", "1070"),
            ("Liège", "4000"),
            ("Hasselt", "3500"),
            ("Mechelen", "2800"),
            ("Kortrijk", "8500"),
        ),
        *(
            ("Beveren", "9120"),
            ("Sint-Niklaas", "9100"),
            ("Aalst", "9300"),
            ("Genk", "3600"),
            ("Lier", "2500"),
        ),
        *(
            ("Turnhout", "2300"),
            ("Roeselare", "8800"),
            ("Châtelet", "6200"),
            ("Namur", "5000"),
            ("ANTWERPEN", "2020"),
        ),
    ),
    DUTCH_STREETS,
    names.DUTCH,
    vat.make_belgian_vat,
    Weighted([("nl", 66), ("NL", 10), ("fr", 14), ("en", 6), ("FR", 1), (None, 3)]),
    Weighted([("EUR", 92), ("eur", 2), ("USD", 2), (None, 4)]),
)
_EUROPE = (
    Country(
        "NL",
        _spellings("Nederland", "NL", "Netherlands", "The Netherlands", "Holland"),
        (
            ("Rotterdam", "3011 AB"),
            ("Amsterdam", "1012LG"),
            ("Breda", "4811 XC"),
            ("Moerdijk", "4782 pd"),
            ("Venlo", "5911"),
        ),
        DUTCH_STREETS,
        names.DUTCH,
        vat.make_dutch_vat,
        _languages("nl"),
        _currencies("EUR"),
    ),
    Country(
        "DE",
        _spellings("Duitsland", "Germany", "DE", "Deutschland", "D"),
        (
            ("Hamburg", "20457"),
            ("Bremerhaven", "27568"),
            ("Köln", "50667"),
            ("Düsseldorf", "40210"),
            ("Koeln", "51063"),
        ),
        GERMAN_STREETS,
        names.GERMAN,
        vat.make_german_vat,
        _languages("de"),
        _currencies("EUR"),
    ),
    Country(
        "FR",
        _spellings("France", "Frankrijk", "FR", "FRANCE"),
        (
            ("Le Havre", "76600"),
            ("Lille", "59000"),
            ("Dunkerque", "59140"),
            ("Saint-Étienne", "42000"),
            ("Paris", "75010"),
        ),
        FRENCH_STREETS,
        names.FRENCH,
        vat.make_french_vat,
        _languages("fr"),
        _currencies("EUR"),
    ),
    Country(
        "LU",
        _spellings("Luxembourg", "LU", "Luxemburg", "Groothertogdom Luxemburg"),
        (("Luxembourg", "L-1611"), ("Esch-sur-Alzette", "4010"), ("Dudelange", "L-3441")),
        FRENCH_STREETS,
        names.FRENCH,
        vat.make_luxembourg_vat,
        _languages("fr"),
        _currencies("EUR"),
    ),
    Country(
        "GB",
        _spellings("United Kingdom", "UK", "GB", "Verenigd Koninkrijk", "England"),
        (
            ("London", "E16 2AA"),
            ("Southampton", "SO14 3AB"),
            ("Manchester", "m17 1ab"),
            ("Tilbury", "RM18 7AA"),
        ),
        ENGLISH_STREETS,
        names.ENGLISH,
        vat.make_british_vat,
        _languages("en"),
        _currencies("GBP"),
    ),
    Country(
        "AE",
        _spellings("United Arab Emirates", "UAE", "AE", "Verenigde Arabische Emiraten", "U.A.E."),
        (("Dubai", None), ("Sharjah", None), ("Abu Dhabi", "00000"), ("Jebel Ali", "")),
        GULF_STREETS,
        names.GULF,
        vat.make_emirati_trn,
        _languages("en"),
        Weighted([("USD", 50), ("EUR", 30), ("AED", 15), (None, 5)]),
    ),
)


def _african(code: str, language: str, spellings: tuple[str, ...], *cities: str) -> Country:
    return Country(
        code,
        _spellings(*spellings),
        tuple((city, None) for city in cities),
        AFRICAN_STREETS,
        names.WEST_AFRICAN,
        vat.make_registry_number,
        _languages(language),
        _currencies("USD"),
    )


_AFRICA = (
    _african("NG", "en", ("Nigeria", "NG", "NIGERIA"), "Lagos", "Apapa", "Port Harcourt", "Abuja"),
    _african("GH", "en", ("Ghana", "GH"), "Accra", "Tema", "Kumasi"),
    _african("CI", "fr", ("Ivoorkust", "Côte d'Ivoire", "CI", "Ivory Coast"), "Abidjan", "Yamoussoukro"),
    _african("SN", "fr", ("Senegal", "Sénégal", "SN"), "Dakar", "Thiès"),
    _african("CM", "fr", ("Kameroen", "Cameroun", "Cameroon", "CM"), "Douala", "Yaoundé"),
    _african("BJ", "fr", ("Benin", "Bénin", "BJ"), "Cotonou", "Porto-Novo"),
    _african("TG", "fr", ("Togo", "TG"), "Lomé"),
    _african("GN", "fr", ("Guinée", "Guinea", "GN", "Guinee"), "Conakry"),
    _african("CD", "fr", ("Congo", "RDC", "DR Congo", "Congo (Kinshasa)", "CD"), "Kinshasa", "Matadi", "Goma"),
    _african("KE", "en", ("Kenya", "KE"), "Mombasa", "Nairobi"),
    _african("TZ", "en", ("Tanzania", "TZ"), "Dar es Salaam"),
)

COUNTRIES: Weighted[Country] = Weighted(
    [
        (_BELGIUM, 42),
        *zip(_EUROPE, (13, 10, 8, 2, 4, 6), strict=True),
        *zip(_AFRICA, (3.5, 2.5, 2, 1.5, 2, 1.5, 1, 1, 1.5, 0.5, 0.5), strict=True),
    ]
)
BY_CODE: dict[str, Country] = {country.code: country for country in COUNTRIES.options}
BY_SPELLING: dict[str, Country] = {
    spelling: country for country in COUNTRIES.options for spelling in country.spellings.options if spelling
}
