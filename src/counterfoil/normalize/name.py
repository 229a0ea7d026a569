"""Turn company names into keys, so that two spellings of one company have the same key."""

import re

from counterfoil.normalize.text import clean, fold

_LONGEST = 1000

# Legal forms as they look after folding and after dots and single letters have been joined ("B.V." is bv).
# Belgium, the Netherlands, Luxembourg, France and Germany also write the form first: "BVBA Janssens".
_FIRST_OR_LAST = """
    bv bvba ebvba cv cvba cva nv vof gcv vzw ivzw asbl aisbl sa sarl sas sasu sprl sprlu srl scrl scs sca snc
    sci scop selarl eurl eirl gmbh
"""
_LAST = """
    commv ag kg kgaa ohg ug gbr mbh se co ltd limited llc llp lp plc inc incorporated corp corporation company
    pty pte pvt ltee oy oyj ab as asa aps ans hb kb ks spa sapa srls sl slu slne sau lda ltda unipessoal
    fzco fze fzc fzllc dmcc doo oo jsc ojsc pjsc ooo oao zao pao zoo spzoo kft zrt nyrt spol sro ou uab sia
    sti sirketi haftungsbeschrankt sdn bhd ehf hf
"""
_AT_START = frozenset(_FIRST_OR_LAST.split())
_AT_END = _AT_START | frozenset(_LAST.split())
_PAIRS_AT_END = frozenset(
    {
        ("comm", "v"),
        ("comm", "va"),
        ("sa", "rl"),  # S. à r.l.
        ("sp", "z"),
        ("sp", "zoo"),
        ("sp", "k"),
        ("sp", "j"),
        ("s", "ro"),  # spol. s r.o.
        ("sa", "de"),  # S.A. de C.V.
        ("private", "limited"),
        ("fz", "llc"),
    }
)
_AND = frozenset({"en", "et", "and", "und"})

_DOTTED = re.compile(r"(?<![^\W_])(?:[^\W_]\.\s?){2,}(?:[^\W_](?![^\W_]))?")
_WORD = re.compile(r"[^\W_]+")
_WORD_OR_SIGN = re.compile(r"[^\W_]+|[&+]")


def name_key(name: str | None) -> str:
    """Return the key that company names are matched by: "Garage Müller B.V.B.A." becomes "garage muller".

    Folds accents and capitals, drops punctuation, the word "and" (Dutch, French, German, English) and legal forms
    at either end, and joins single letters ("A.B.C. Cars" becomes "abc cars"). A name of nothing else keeps its
    words, and a name without letters or digits keeps its signs: only an empty name has an empty key.
    """
    if not name:
        return ""
    if len(name) > _LONGEST:
        name = name[:_LONGEST]
    if not name.isprintable():
        name = clean(name)
    folded = fold(name)
    found = _words(folded)
    kept = _joined([word for word in found if word not in _AND] if not _AND.isdisjoint(found) else found)
    return " ".join(_without_forms(kept) or _joined(found)) or folded.strip()


def spelling_key(name: str | None) -> str:
    """Return the key by which spellings of one name are equal: "Peeters,  B.V." and "peeters bv" are.

    Unlike `name_key`, it keeps what tells two names apart: accents, "and", legal forms.
    """
    return " ".join(_joined(_words(clean(name[:_LONGEST]).casefold(), _WORD_OR_SIGN))) if name else ""


def _words(folded: str, pattern: re.Pattern[str] = _WORD) -> list[str]:
    if "'" in folded or "’" in folded:
        folded = folded.replace("'", "").replace("’", "")
    if "." in folded or "/" in folded:
        folded = _DOTTED.sub(_undotted, folded.replace("a/s", "as"))
    return pattern.findall(folded)


def _undotted(match: re.Match[str]) -> str:
    word = match[0].replace(".", "").replace(" ", "")
    # "E.N. Cars" is not "en Cars": such initials stay apart here and are joined after "and" was dropped.
    return f"{' '.join(word) if word in _AND else word} "


def _joined(found: list[str]) -> list[str]:
    # Joins runs of single letters. Digits stay apart: "Dock 5 6" is not "dock 56".
    if min(map(len, found), default=2) > 1:
        return found
    joined: list[str] = []
    run = ""
    for word in found:
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run:
            joined.append(run)
            run = ""
        joined.append(word)
    if run:
        joined.append(run)
    return joined


def _without_forms(found: list[str]) -> list[str]:
    first, end = 0, len(found)
    while end > first:
        if end - first > 1 and (found[end - 2], found[end - 1]) in _PAIRS_AT_END:
            end -= 2
        elif found[end - 1] in _AT_END:
            end -= 1
        else:
            break
    while first < end and found[first] in _AT_START:
        first += 1
    return found[first:end]
