"""How a database keeps what a mistyped word is found by, once per database (see `mirror.vocabulary`)."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from counterfoil.mirror.row import NAME_MARK, PERSON_MARK
from counterfoil.mirror.sql import TABLES, statement

MOST_LOOKED_AT = 5_000
"""Records with a word, on SQLite, among which one of the connection must be for the word to be known as unused."""


class VocabularyStore(ABC):
    """Statements over the words of connections. `Mapping`s go from a word's key to digests of its deletions."""

    vendor: str

    @abstractmethod
    def add(self, connection_id: int, words: Sequence[str]) -> None:
        """Insert the words that are not there yet."""

    @abstractmethod
    def index(self, words: Mapping[int, Collection[int]], at: datetime) -> None:
        """Store what words are found by, and that they were checked."""

    @abstractmethod
    def forget(self, words: Mapping[int, Collection[int]]) -> None:
        """Delete what words are found by. Call it before they are deleted themselves."""

    @abstractmethod
    def near(self, connections: Sequence[int], deletions: Iterable[int], most: int) -> list[str]:
        """Return words of these connections, up to `most`, that have one of these digests."""

    @abstractmethod
    def is_used(self, connection_id: int, word: str) -> bool:
        """Tell whether a customer of the connection is found by exactly this word; True in doubt."""

    def _execute(self, name: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement(self.vendor, name), values)
            return cursor.fetchall() if cursor.description else []


class PostgresVocabulary(VocabularyStore):
    vendor = "postgresql"

    def add(self, connection_id: int, words: Sequence[str]) -> None:
        self._execute("add_words", {"connection": connection_id, "words": list(words)})

    def index(self, words: Mapping[int, Collection[int]], at: datetime) -> None:
        self._execute("index_words", {"words": _json(words), "at": at})

    def forget(self, words: Mapping[int, Collection[int]]) -> None:
        """Do nothing: it stands in the word's own row."""

    def near(self, connections: Sequence[int], deletions: Iterable[int], most: int) -> list[str]:
        values = {"connections": list(connections), "deletions": list(deletions), "most": most}
        return [word for (word,) in self._execute("near_words", values)]

    def is_used(self, connection_id: int, word: str) -> bool:
        query = " | ".join(f"'{mark}{word}'" for mark in (NAME_MARK, "", PERSON_MARK))
        return bool(self._execute("holds_word", {"connection": connection_id, "query": query})[0][0])


class SqliteVocabulary(VocabularyStore):
    vendor = "sqlite"

    def add(self, connection_id: int, words: Sequence[str]) -> None:
        self._execute("add_words", {"connection": connection_id, "words": orjson.dumps(list(words)).decode()})

    def index(self, words: Mapping[int, Collection[int]], at: datetime) -> None:
        self._execute("index_words", {"words": _json(words)})
        moment = connection.ops.adapt_datetimefield_value(at)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {TABLES['search_word']} SET checked_at = %s WHERE id = %s",  # noqa: S608  a fixed name
                [(moment, key) for key in words],
            )

    def forget(self, words: Mapping[int, Collection[int]]) -> None:
        self._execute("forget_words", {"words": _json(words)})

    def near(self, connections: Sequence[int], deletions: Iterable[int], most: int) -> list[str]:
        values = {
            "connections": orjson.dumps(list(connections)).decode(),
            "deletions": orjson.dumps(list(deletions)).decode(),
            "most": most,
        }
        return [word for (word,) in self._execute("near_words", values)]

    def is_used(self, connection_id: int, word: str) -> bool:
        values = {"connection": connection_id, "query": f'"{word}"', "most": MOST_LOOKED_AT}
        return bool(self._execute("holds_word", values)[0][0] != 0)


def _json(words: Mapping[int, Collection[int]]) -> str:
    rows = [{"id": key, "deletions": list(deletions)} for key, deletions in words.items()]
    return orjson.dumps(rows).decode()
