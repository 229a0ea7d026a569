"""Unusual names that test the limits of software; larger data sets have one of each."""

LONG_NAME = (
    "Société Générale de Représentation, d'Importation et d'Exportation de Véhicules Neufs et d'Occasion,"
    " de Pièces Détachées, de Matériel de Travaux Publics et de Machines Agricoles pour l'Afrique de"
    " l'Ouest et du Centre, anciennement Établissements Lefèvre & Fils Réunis (en liquidation) SARL"
)

ODD_NAMES: tuple[str, ...] = (
    "🚗 AutoParadijs 🌍 Antwerpen BV",
    "'t Wagenpark",
    "L'Étoile d'Afrique \"Chez Moussa\" SARL",
    "Cafe\u0301 Auto Lie\u0300ge SRL",
    "CAFÉ AUTO LIÈGE SPRL",
    "  Kompas   Trading  ",
    "Müller & Söhne GmbH & Co. KG",
    "شركة النور للسيارات",
    "远东汽车贸易有限公司",
    "Žižkov Autodíly s.r.o.",
    "O'Dell \\ O'Dell; DROP TABLE clients;--",
    "R&D <b>Export</b> & Co",
    "=SUM(A1:A9) Trading",
    "TEST - niet gebruiken",
    "Zero\u200bWidth Motors NV",
    "Non\u00a0Breaking Cars BV",
    "Tab\there Logistics",
    "BV",
    "A",
    "1234567",
    "Onbekend",
    LONG_NAME,
)


def odd_positions(customers: int) -> dict[int, str]:
    """Return the positions of the odd names: spread evenly, each once, in data sets of a hundred and more."""
    if customers < 100:
        return {}
    return {(at + 1) * customers // (len(ODD_NAMES) + 1): name for at, name in enumerate(ODD_NAMES)}
