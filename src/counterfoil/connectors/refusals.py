"""Which of the values that were written an upstream's words of refusal speak of."""

from collections.abc import Iterable


def named(words: str, paths: Iterable[str]) -> str:
    """The path whose last part stands in the words, as "contact_name" or "Contact Name"; the longest where several
    do, "" where none does."""
    said = f" {_plain(words)} "
    found = [path for path in paths if f" {_plain(_last(path))} " in said]
    return max(found, key=lambda path: len(_last(path)), default="")


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _plain(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())
