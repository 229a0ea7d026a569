"""Which letters the words of a language are written with, to tell the code page of a text.

A word is plausible in a language if its letters outside A-Z are in the language's alphabet and nothing that the
language never writes is in it. `common` languages are those that most customers of a European company have.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """An alphabet: lower-case letters besides a-z, or all letters where `latin` is False."""

    name: str
    letters: frozenset[str]
    never: re.Pattern[str] | None = None
    common: bool = False
    latin: bool = True


def _language(name: str, letters: str, never: str = "", *, common: bool = False, latin: bool = True) -> Language:
    return Language(name, frozenset(letters), re.compile(never) if never else None, common, latin)


_VOWEL = "aeiouyàâäéèêëîïôöùûü"

LANGUAGES = (
    _language(
        "French", "àâæçéèêëîïôœùûüÿ", rf"[èê][{_VOWEL}]|ç(?![aouâôœ]|$)|à.|ù.|ÿ[^c]|[îô][{_VOWEL}]", common=True
    ),
    _language("Dutch", "áàäçèéêëíïóôöúûü", r"(?<![aeiouyé])[ëï]|[áàóúíû][aeiou]{2}|à.|ç(?![aou])", common=True),
    _language("German", "äöüßé", r"é[^e]|^ß", common=True),
    _language("Spanish", "áéíñóúü", r"ñ(?![aeiouáéíóú])|[áéíóú]\w*[áéíóú]|ü(?![eiéí])", common=True),
    _language("Italian", "àèéìòù", r"[àèéìòù].", common=True),
    _language("Portuguese", "ãáâàçéêíóõôú", r"ã(?![oei]|s?$)|õ(?!e)|ç(?![aouáãâóõô])|à.", common=True),
    _language("Catalan", "àçèéíïòóúü", r"ç(?![aoueàò]|$)|[àèéíòóú]\w*[àèéíòóú]"),
    _language("Danish or Norwegian", "æøåéö", r"[æøå]{2}", common=True),
    _language("Swedish or Finnish", "åäöé", r"å[äö]", common=True),
    _language("Czech or Slovak", "áčďéěíĺľňóôŕřšťúůýžä", r"ě(?!\w|$)|(?<![bdfmnptv])ě|^[ůě]"),
    _language("Polish", "ąćęłńóśźż", r"^[ąęńy]"),
    _language("Hungarian", "áéíóöőúüű"),
    _language("Croatian or Slovene", "ćčđšž"),
    _language("Romanian", "ăâîșțşţ"),
    _language("Turkish", "çğıiöşüâîû\u0307", r"^ğ"),
    _language("Lithuanian or Latvian", "ąčęėįšųūžāēģīķļņ"),
    _language("Estonian", "äõöüšž", r"[cqwxy]"),
    _language("Icelandic", "áéíóúýþæöð", r"þ$|^ð|[aeiouáéíóúyýö]þ"),
    _language("Russian, Ukrainian or Bulgarian", "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ", latin=False),
    _language("Greek", "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋ", r"ς.", latin=False),
)
