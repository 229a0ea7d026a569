r"""Words that programs and people write into an empty cell. A whole text can be one, never a part of it.

What is decided, by what a cell holds (DESIGN law 12: a true value is never taken for nothing):
- anywhere: signs alone, and what only programs write: `NULL`, `\N`, `#N/A`, `NaN`, `(null)`. "Null", "Nan" and
  "None" with one capital are left, since they are names of people: Jan Null keeps his.
- a whole text: also "None", "Null", "NA", and words such as "leeg", unless they are written like a name ("Leeg").
- a place: no words such as "leer" (a town), a country: not "NA" (Namibia).
- a number, an address or a date: any word for "none", in any capitals: no such value is a word.
"""

_SIGNS = "-–—_./\\…"
_LONGEST = 20
_IN_BRACKETS = (
    *("NULL", "null", "NA", "N/A", "n/a", "none", "None", "undefined", "blank", "blanco", "leeg", "leer", "vide"),
    *("empty", "nil"),
)
_OF_PROGRAMS = frozenset(
    {
        *("NULL", "null", "\\N", "\\\\N", "NaN", "nan", "NaT", "undefined", "N/A", "n/a", "N/a", "N.A.", "n.a."),
        *("#N/A", "#N/A!", "#N/B", "#NB", "#NV", "#N/D", "#N/V"),
        *(f"{opened}{word}{closed}" for opened, closed in ("()", "<>", "[]", "{}") for word in _IN_BRACKETS),
    }
)
_NEVER_A_NAME = frozenset({"null", "none", "n/a", "n.a.", "n.a", "nvt", "n.v.t.", "n.v.t", "undefined"})
_ALSO_A_NAME = frozenset(
    {
        "na",
        "nan",
        "nil",
        "leeg",
        "leer",
        "vide",
        "empty",
        "blank",
        "vacio",
        "vacío",
        "geen",
        "aucun",
        "aucune",
        "keine",
    }
)
_NO_NUMBER = frozenset(
    {
        *("keiner", "keines", "no", "non", "nee", "nein", "niet van toepassing", "not applicable", "sans objet"),
        *("not available", "s.o.", "s/o", "so", "neant", "néant", "entfällt", "entfallt", "k.a.", "k. a.", "ka"),
        *("keine angabe", "ninguno", "ninguna", "sin datos", "unknown", "onbekend", "inconnu", "unbekannt"),
        *("desconocido", "tbd", "x", "xx", "xxx", "?", "??", "???", "0"),
    }
)


def is_no_value(text: str) -> bool:
    """Tell whether a text stands for nothing in any column."""
    text = text.strip()
    return not text or (len(text) <= _LONGEST and (text in _OF_PROGRAMS or not text.strip(_SIGNS)))


def is_no_text(text: str) -> bool:
    """Tell whether a whole text stands for nothing: also a word for it that is not written like a name."""
    text = text.strip()
    word = text.lower()
    return is_no_value(text) or word in _NEVER_A_NAME or (word in _ALSO_A_NAME and text in {word, word.upper()})


def is_no_place(text: str) -> bool:
    """Tell whether a place, a code or an amount stands for nothing. "NA" can be a country, 0 is an amount."""
    return is_no_value(text) or text.strip().lower() in _NEVER_A_NAME or text.strip() == "leeg"


def is_no_number(text: str) -> bool:
    """Tell whether a text stands for nothing where a number, an address or a date is expected."""
    word = text.strip().lower()
    return is_no_value(text) or word in _NEVER_A_NAME or word in _ALSO_A_NAME or word in _NO_NUMBER
