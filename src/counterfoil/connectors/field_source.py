"""How it is written where a field comes from: a path, several, parts that are joined, or the opposite of one.

    Company | First name + Last name      the first that has a value; the parts of a name with a space between them
    not Blocked                           yes where the column says no, no where it says yes

A path that has such signs in its own name stands in quotes: "Street + no". Without them it is found all the same
in records that have exactly this path.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

OR, AND, NOT = " | ", " + ", "not "
_TOKEN = re.compile(r'"(?:[^"]|"")*"(?= [|+] |$)|.+?(?= [|+] |$)', re.DOTALL)
_SIGN = re.compile(r" [|+] ")


@dataclass(frozen=True, slots=True)
class SourcePart:
    """Paths whose values are joined. `opposite`: of a single path, no is meant where it says yes."""

    paths: tuple[str, ...]
    opposite: bool = False


@lru_cache(maxsize=4096)
def read(text: str) -> tuple[SourcePart, ...]:
    """Read what is written for a field: its sources in order of preference."""
    return tuple(_part(written) for written in alternatives(text))


def alternatives(text: str) -> tuple[str, ...]:
    """Split what is written for a field into its sources."""
    return tuple(AND.join(group) for group in _groups(text))


def paths(text: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """Return every path that is read; `known` ones are taken as they are, whatever signs they have."""
    if text in known:
        return (text,)
    return tuple(dict.fromkeys(path for part in read(text) for path in part.paths))


def is_plain(text: str) -> bool:
    """Tell whether the text is just a path."""
    return not (text.startswith(('"', NOT)) or OR in text or AND in text)


def quoted(path: str) -> str:
    """Write a path so that it is read as one."""
    return path if is_plain(path) else '"{}"'.format(path.replace('"', '""'))


def joined(columns: Iterable[str]) -> str:
    """Write the paths whose values are joined."""
    return AND.join(map(quoted, columns))


def _groups(text: str) -> Iterator[list[str]]:
    group: list[str] = []
    at = 0
    while found := _TOKEN.match(text, at):
        group.append(found[0])
        sign = _SIGN.match(text, found.end())
        if sign is None or sign[0] == OR:
            yield group
            group = []
        if sign is None:
            return
        at = sign.end()
    if group:
        yield group


def _part(written: str) -> SourcePart:
    if written.startswith(NOT) and AND not in written:
        return SourcePart((_path(written.removeprefix(NOT)),), opposite=True)
    return SourcePart(tuple(_path(token) for group in _groups(written) for token in group))


def _path(token: str) -> str:
    token = token.strip()
    return token[1:-1].replace('""', '"') if len(token) > 1 and token[0] == token[-1] == '"' else token
