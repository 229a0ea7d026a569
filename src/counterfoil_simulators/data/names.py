"""Invented company names, by language of business: brand, family name or place, trade, legal form."""

from typing import NamedTuple

from counterfoil_simulators.data.dice import Dice, Weighted


class Naming(NamedTuple):
    """The words of one language of business."""

    families: tuple[str, ...]
    brands: tuple[str, ...]
    trades: tuple[str, ...]
    patterns: tuple[str, ...]
    forms: Weighted[str]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


BRANDS = _words(
    "Atlas|Scheldt|Meridian|Polder|Kompas|Delta|Nova|Vega|Orion|Titan|Zenith|Pegasus|Falcon|Condor"
    "|Albatros|Aurora|Borealis|Castor|Corvus|Draco|Equinox|Fortuna|Galaxy|Horizon|Icarus|Juno|Krypton"
    "|Lumen|Maxima|Neptun|Oceanis|Pallas|Quadra|Rubicon|Sirius|Tempo|Ultima|Vertex|Wega|Xenon|Ypsilon"
    "|Zephyr|Argo|Boreas|Calypso|Dynamo|Epsilon|Fides|Gamma|Helios|Impala|Jaguarundi|Kestrel|Lynx"
    "|Mistral|Nimbus|Olympus|Primus|Quasar|Rhodos|Savanna|Tundra|Umbra|Vesta|Westpoint|Eastgate"
    "|Northsea|Blueline|Redwood|Silverstar|Goldcoast|Greenport|Ironbridge|Stonegate"
)

DUTCH = Naming(
    families=_words(
        "Peeters|Janssens|Maes|Jacobs|Mertens|Willems|Claes|Goossens|Wouters|De Smet|Van den Bossche"
        "|Vermeulen|De Wit|Van Damme|Hendrickx|Verhoeven|Lauwers|Michiels|Van Dijck|De Backer|Smits"
        "|Bakker|Visser|Van der Meer|Mulder|Kuipers|Dekker|Van Loon|Hermans|Cools|Segers|Aerts|Bogaerts"
        "|Nijs|Daems|Van Hove|Wuyts|Geerts|Ceulemans|Verstraete|Desmedt|Van Acker|'t Hooft|Baeté|Coppé"
        "|Thijs|Moens|Vandenbroucke"
    ),
    brands=BRANDS,
    trades=_words(
        "Motors|Cars|Automobielen|Autohandel|Trucks|Transport|Logistics|Expeditie|Shipping|Forwarding"
        "|Trading|Export|Import-Export|Bedrijfswagens|Oldtimers|Machines|Bouwmachines|Verhuizingen"
        "|Carrosserie|Car Center|RoRo Services|Container Services|Used Trucks|Tractoren|Landbouwmachines"
        "|Warehousing|Car Export|Rental"
    ),
    patterns=_words(
        "{brand} {trade}|{family} {trade}|{trade} {family}|Garage {family}|{family} & Zonen"
        "|Autobedrijf {family}|{city} {trade}|{brand} {city}|{family}-{family2}"
        "|{brand} & {brand2} {trade}"
    ),
    forms=Weighted([("BV", 38), ("BVBA", 20), ("NV", 16), ("B.V.", 6), ("VOF", 4), ("Comm.V", 2), ("", 14)]),
)
GERMAN = Naming(
    families=_words(
        "Müller|Becker|Schäfer|Krüger|Hoffmann|Böhm|Weiß|Lange|Köhler|Brandt|Vogel|Jäger|Keller|Groß"
        "|Schubert|Winkler|Lorenz|Franke|Ziegler|Kuhn|Pohl|Engel|Horn|Busch|Bergmann|Thiele|Sauer|Arnold"
        "|Wolff|Pfeiffer"
    ),
    brands=BRANDS,
    trades=_words(
        "Automobile|Fahrzeughandel|Spedition|Logistik|Nutzfahrzeuge|Baumaschinen|Exporthandel|Kfz-Handel"
        "|Transporte|Gebrauchtwagen|Schwertransporte|Handelsgesellschaft|Landtechnik|Autoexport"
    ),
    patterns=_words(
        "{brand} {trade}|{family} {trade}|Autohaus {family}|{family} & Söhne|{family} + {family2}"
        "|{city}er {trade}|{brand} {city}|{trade} {family}"
    ),
    forms=Weighted(
        [
            ("GmbH", 52),
            ("GmbH & Co. KG", 16),
            ("e.K.", 8),
            ("KG", 6),
            ("UG (haftungsbeschränkt)", 4),
            ("", 14),
        ]
    ),
)
FRENCH = Naming(
    families=_words(
        "Lefèvre|Moreau|Girard|Dupuis|Bérénger|Fontaine|Chevalier|Gauthier|Perrin|Lemaître|Renaud|Noël"
        "|Marchand|Dumont|Leclercq|Baudouin|Hélias|Roussel|Delvaux|Lambert|Piérard|Collignon|Thiry|Évrard"
        "|Jacquet|Mathieu|Simonet|Carlier|Hubert|Legrand"
    ),
    brands=BRANDS,
    trades=_words(
        "Automobiles|Transports|Logistique|Négoce|Import-Export|Véhicules Industriels|Transit|Occasions"
        "|Camions|Services|Trading|Auto Export|Matériel TP|Déménagements|Carrosserie|Maritime"
    ),
    patterns=_words(
        "{brand} {trade}|{family} {trade}|Garage {family}|Éts {family}|{trade} {family}|{family} Frères"
        "|{family} & Fils|L'{brand} {trade}|{trade} {city}|Société {family}-{family2}"
    ),
    forms=Weighted([("SARL", 30), ("SRL", 16), ("SA", 14), ("SPRL", 14), ("SAS", 12), ("EURL", 3), ("", 11)]),
)
ENGLISH = Naming(
    families=_words(
        "Ashworth|Bentham|Coldwell|Dunmore|Elsworth|Fairbank|Garrick|Hathersage|Inglewood|Kingsley"
        "|Langdale|Marlowe|Netherby|Oakham|Pemberley|Ravenscar|Selwyn|Thornbury|Wexcombe|O'Rourke|O'Dell"
        "|Whitlock"
    ),
    brands=BRANDS,
    trades=_words(
        "Motors|Cars|Shipping|Freight|Logistics|Vehicle Exports|Trading|Trucks|Plant Hire|Haulage"
        "|Classics|Forwarding|Auto Parts|Commercials"
    ),
    patterns=_words("{brand} {trade}|{family} {trade}|{family} & Sons|{city} {trade}|{brand} {city}"),
    forms=Weighted([("Ltd", 46), ("Limited", 18), ("LLP", 6), ("Plc", 4), ("", 26)]),
)
GULF = Naming(
    families=_words(
        "Al Noor|Al Safa|Al Madar|Al Waha|Al Bahar|Al Rimal|Al Fajr|Al Manar|Al Saqr|Desert Rose"
        "|Gulf Pearl|Golden Dune|Oasis|Palm Bay|Blue Creek|Sand Falcon"
    ),
    brands=BRANDS,
    trades=_words(
        "Motors|Auto Trading|Used Cars Trading|General Trading|Shipping|Cargo Services|Luxury Cars"
        "|Heavy Equipment|Spare Parts|Freight|Cars"
    ),
    patterns=_words("{family} {trade}|{brand} {trade}|{family} {brand} {trade}|{family} {trade} {city}"),
    forms=Weighted([("LLC", 46), ("L.L.C.", 10), ("FZE", 18), ("FZCO", 8), ("", 18)]),
)
WEST_AFRICAN = Naming(
    families=_words(
        "Diallo|Traoré|Koné|Ouattara|Mensah|Adjei|Okafor|Adeyemi|Balogun|Ndiaye|Sarr|Camara|Bah|Mbemba"
        "|Kabongo|Tchoua|N'Guessan|N'Diaye|Agbeko|Houngbo|Osei|Boateng|Eze|Nwosu|Fofana|Sidibé|Kouamé"
        "|Etoundi"
    ),
    brands=(
        "Baobab",
        "Sahel",
        "Kilimani",
        "Harmattan",
        "Teranga",
        "Akwaba",
        "Zebu",
        "Lagune",
        "Sankofa",
        *BRANDS[:40],
    ),
    trades=_words(
        "Motors|Import-Export|Auto Import|Trading|Transit|Négoce|Global Services|Enterprises|Ventures"
        "|Auto Parts|Cars|Logistics|Multi Services|Distribution|Investments"
    ),
    patterns=_words(
        "{brand} {trade}|{family} {trade}|Éts {family} & Frères|{family} & Sons {trade}|Groupe {family}"
        "|{brand} {trade} {city}|{family} {family2} {trade}|Afri-{brand} {trade}|{city} {trade}"
    ),
    forms=Weighted([("SARL", 26), ("Ltd", 22), ("SUARL", 6), ("Limited", 8), ("Enterprise", 6), ("", 32)]),
)

FIRST_NAMES = _words(
    "Jan|Pieter|Anke|Lotte|Bram|Sofie|Youssef|Amina|Moussa|Fatou|Chidi|Ngozi|Kofi|Ama|Hans|Greta|Luc"
    "|Chloé|Émile|Zoë|Oliver|Amelia|Omar|Layla|Ibrahim|Aïcha|Joost|Femke|Jürgen|Anaïs|Théo|Maëlle"
    "|Kwame|Esi|Dirk|Nele"
)


def make_company_name(naming: Naming, city: str, dice: Dice) -> str:
    """Make a company name without its legal form."""
    return dice.pick(naming.patterns).format(
        brand=dice.pick(naming.brands),
        brand2=dice.pick(naming.brands),
        family=dice.pick(naming.families),
        family2=dice.pick(naming.families),
        trade=dice.pick(naming.trades),
        city=city,
    )


def make_person_name(naming: Naming, dice: Dice) -> tuple[str, str]:
    """Make a first name and a family name."""
    return dice.pick(FIRST_NAMES), dice.pick(naming.families)
