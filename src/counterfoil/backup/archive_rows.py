"""Read the rows of a dump as PostgreSQL writes them, line by line, to count them and to know what they were."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from counterfoil.backup.contents import INSTALLATION

_COPY = re.compile(rb'^COPY (?:"?[^".]+"?\.)?"?([^".(]+?)"? \(([^)]*)\) FROM stdin;$')
MIGRATIONS = "django_migrations"


@dataclass(slots=True)
class CopyRows:
    """The rows of each table, and those of the tables whose content is of interest."""

    counts: dict[str, int] = field(default_factory=dict)
    kept: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def migrations(self) -> tuple[str, ...]:
        return tuple(sorted(f"{row['app']}.{row['name']}" for row in self.kept.get(MIGRATIONS, ())))

    def key_digest(self) -> str:
        return next((row["key_digest"] for row in self.kept.get(INSTALLATION, ())), "")


def read_copy_rows(lines: Iterable[bytes]) -> CopyRows:
    """Read a script of `pg_restore`. A row is one line: line breaks in values are escaped."""
    found = CopyRows()
    table, columns = "", [""]
    for line in lines:
        text = line.rstrip(b"\r\n")
        if not table:
            start = _COPY.match(text)
            if start:
                table = start[1].decode()
                columns = [name.strip().strip('"') for name in start[2].decode().split(",")]
                found.counts[table] = 0
        elif text == b"\\.":
            table = ""
        else:
            found.counts[table] += 1
            if table in {MIGRATIONS, INSTALLATION}:
                values = text.decode().split("\t")
                found.kept.setdefault(table, []).append(dict(zip(columns, values, strict=True)))
    return found
