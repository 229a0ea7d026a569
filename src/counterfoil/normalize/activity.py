"""Words for a customer that is no longer active, in Dutch, French, German, Spanish and English."""

import re

from counterfoil.normalize.text import clean, fold

_LONGEST = 64
_WORDS = """
    inactive, not active, non active, inactief, niet actief, non actief, inactif, non actif, pas actif, plus
    actif,
    inaktiv, nicht aktiv, nicht mehr aktiv, inactivo, no activo, niet meer actief, no longer active,
    inattivo,
    archived, gearchiveerd, archive, archivee, archiviert, archivado, archivada, archiviato,
    closed, account closed, gesloten, afgesloten, ferme, fermee, cloture, cloturee, geschlossen, cerrado,
    cerrada,
    deleted, verwijderd, supprime, supprimee, geloscht, eliminado, eliminada, gewist, removed,
    blocked, geblokkeerd, bloque, bloquee, gesperrt, bloqueado, bloqueada, locked, kunde gesperrt,
    disabled, deactivated, uitgeschakeld, gedeactiveerd, desactive, desactivee, deaktiviert, desactivado,
    ex klant, exklant, ex client, ex customer, ex kunde, exkunde, oud klant, oude klant, former customer,
    ancien client, ancienne cliente,
    former client, ehemaliger kunde, ehemalig, antiguo cliente, voormalige klant, geen klant meer, plus
    client,
    uit dienst, buiten dienst, out of service, out of business, stopgezet, gestopt, beeindigd, opgezegd,
    gekundigt,
    resilie, ceased, dissolved, opgeheven, dissoute, cesse, cessee, en cessation, aufgelost, terminated,
    buiten gebruik, niet in gebruik,
    hors service, ausser betrieb, baja, de baja, stillgelegt, ceased trading, stopped, obsolete, vervallen
"""
_INACTIVE = frozenset(" ".join(word.split()) for word in _WORDS.split(","))
_SINCE = re.compile(
    r"\s*(?:[(\[].*|[-:,;]?\s*(?:sinds|since|depuis|seit|desde|per|op|on|le|am|vanaf|el)?\s*\d[\d ./:-]*)$"
)
_SEPARATOR = re.compile(r"[^\w?]+|_")


def is_inactive(value: object) -> bool:
    """Tell whether a status says that a customer is not active: "Inactief", "Gesloten sinds 2021".

    An unknown word says nothing (DESIGN law 12), so the customer stays active.
    """
    if not isinstance(value, str):
        return False
    folded = _SINCE.sub("", fold(clean(value[:_LONGEST])))
    return " ".join(_SEPARATOR.sub(" ", folded).split()) in _INACTIVE
