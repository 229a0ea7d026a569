"""The words of each connection, by which a search forgives typing mistakes (docs/decisions/056).

Ingest only inserts words. What they are found by where they were mistyped, and whether a record still has them, is
worked out later: after a run, and by the worker.
"""

import threading
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from zlib import crc32

from django.db import transaction
from django.utils import timezone

from counterfoil.mirror.models import SearchWord
from counterfoil.mirror.store import current_dialect
from counterfoil.normalize.spelling import NearWord, deletions, near_words, typed_deletions

LOOK_SECONDS, TIDY_SECONDS = 5.0, 60.0
WORDS_PER_TRANSACTION = 500
CHECKED_AT_ONCE = 500
"""Words that one turn of tidying looks up: some 100 ms a minute."""
TRUSTED = timedelta(days=1)
"""How long a word is taken to be in use after it was added or found."""
MOST_CANDIDATES = 10_000
_SIGN = 2**31


def add(connection_id: int, words: Iterable[str]) -> None:
    """Add words of a connection, in a transaction of their own or the caller's. Those that are there stay."""
    if ordered := sorted(words):
        with transaction.atomic():
            current_dialect().vocabulary.add(connection_id, ordered)


def near(connections: Sequence[int], typed: str) -> list[NearWord]:
    """Return words of these connections that may have been meant, nearest first."""
    wanted = typed_deletions(typed)
    if not wanted or not connections:
        return []
    digests = [_digest(key, deletion) for key in connections for deletion in wanted]
    return near_words(typed, current_dialect().vocabulary.near(connections, digests, MOST_CANDIDATES))


def index_new(stop: threading.Event | None = None, seconds: float = float("inf")) -> int:
    """Make new words findable, for at most some seconds. Returns how many."""
    until, indexed = time.monotonic() + seconds, 0
    while time.monotonic() < until and not (stop is not None and stop.is_set()):
        with transaction.atomic():
            new = SearchWord.objects.filter(checked_at=None).order_by("pk")
            words = list(new.select_for_update(skip_locked=True)[:WORDS_PER_TRANSACTION])
            if not words:
                break
            current_dialect().vocabulary.index(_found_by(words), timezone.now())
        indexed += len(words)
    return indexed


def tidy() -> int:
    """Delete words that no record has any more, among those not looked at for longest. Returns how many."""
    now = timezone.now()
    due = SearchWord.objects.filter(checked_at__lt=now - TRUSTED).order_by("checked_at")
    words = list(due[:CHECKED_AT_ONCE])
    unused = [word for word in words if not current_dialect().vocabulary.is_used(word.connection_id, word.word)]
    delete(unused)
    gone = {word.pk for word in unused}
    SearchWord.objects.filter(pk__in=[word.pk for word in words if word.pk not in gone]).update(checked_at=now)
    return len(unused)


def delete(words: Sequence[SearchWord]) -> None:
    """Delete words, and what they are found by."""
    if words:
        with transaction.atomic():
            current_dialect().vocabulary.forget(_found_by(words))
            SearchWord.objects.filter(pk__in=[word.pk for word in words]).delete()


def delete_of(connection_id: int, stop: threading.Event | None = None) -> None:
    """Delete all words of a connection, in short transactions, until `stop` is set."""
    rows = SearchWord.objects.filter(connection_id=connection_id).order_by("pk")
    while not (stop is not None and stop.is_set()) and (words := list(rows[:WORDS_PER_TRANSACTION])):
        delete(words)


class Upkeep:
    """The background task that makes new words findable, and forgets unused ones."""

    def __init__(self) -> None:
        self._looked_at = self._tidied_at = float("-inf")

    def is_due(self) -> bool:
        """Tell whether some seconds have passed since the last look."""
        return time.monotonic() - self._looked_at >= LOOK_SECONDS

    def process_due(self, stop: threading.Event | None = None) -> int:
        """Run `index_new`, and once a minute `tidy`. Returns how many words were indexed."""
        self._looked_at = time.monotonic()
        indexed = index_new(stop) if SearchWord.objects.filter(checked_at=None).exists() else 0
        if time.monotonic() - self._tidied_at >= TIDY_SECONDS:
            self._tidied_at = time.monotonic()
            tidy()
        return indexed


def _found_by(words: Sequence[SearchWord]) -> dict[int, list[int]]:
    return {
        word.pk: sorted({_digest(word.connection_id, deletion) for deletion in deletions(word.word)})
        for word in words
    }


def _digest(connection_id: int, deletion: str) -> int:
    """Return a number of 32 bits, with a sign. Two deletions with the same one only cost a comparison."""
    return crc32(f"{connection_id}:{deletion}".encode()) - _SIGN
