"""Claims: rows of our own tables that one process works on at a time.

A claim is two columns of the row: who holds it, and until when. It ends when it is released, when its term has
passed by the database's clock (machines' clocks differ), or as soon as a process of the same host notices that its
holder is gone. Every change is a compare-and-set: of two processes that want a row one gets it, and a process that
was paused past its term changes nothing that another has claimed since.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Now

_numbers: Iterator[int] = count()


def this_process() -> str:
    """Name this process by host, process id and start time, so that its own host can tell when it is gone."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start_time(os.getpid())}"


def new_claim() -> str:
    """Return a holder that no other claim has, where one process claims several things at once."""
    return f"{next(_numbers)}/{this_process()}"


def is_gone(holder: str) -> bool:
    """Tell whether the process behind `this_process` or `new_claim` has certainly ended.

    Only its own host can tell; elsewhere the answer is False, and the claim ends with its term.
    """
    name, _, start_time = holder.rpartition("/")[2].rpartition(":")
    host, _, pid = name.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _start_time(int(pid)) not in (start_time, "")


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims on one table: how long one lasts, and the columns that hold it.

    Methods take `rows` of that table. `release` and `renew` change all of them: narrow them to what the caller
    holds, with `held_by` or a fencing number.
    """

    term: timedelta
    holder_column: str = "claim"
    until_column: str = "claimed_until"

    @property
    def released(self) -> dict[str, Any]:
        """The values of a row that nobody claims."""
        return {self.holder_column: "", self.until_column: None}

    def taken(self, holder: str) -> dict[str, Any]:
        """Build the values of a row that `holder` claims from now on."""
        return {self.holder_column: holder, **self._renewed()}

    def free(self) -> Q:
        """Filter rows that nobody claims or whose claim has expired; `available` also looks for dead processes."""
        expired = Q(**{self.until_column: None}) | Q(**{f"{self.until_column}__lt": Now()})
        return Q(**{self.holder_column: ""}) | expired

    def held(self) -> Q:
        """Filter rows with a claim that has not expired."""
        return Q(**{f"{self.until_column}__gte": Now()}) & ~Q(**{self.holder_column: ""})

    def held_by(self, holder: str) -> Q:
        """Filter rows that `holder` claimed and nobody has taken over since, even where the claim has expired."""
        return Q(**{self.holder_column: holder})

    def available[M: Model](self, rows: "QuerySet[M]") -> "QuerySet[M]":
        """Filter rows that can be claimed now: unclaimed, expired, or claimed by a process that is gone."""
        return rows.filter(self.free() | Q(**{f"{self.holder_column}__in": self._gone_holders(rows)}))

    def claim(self, rows: "QuerySet[Any]", holder: str, **values: Any) -> int:
        """Claim those of the rows that are available, and set other columns with it. Returns how many."""
        return self.available(rows).update(**self.taken(holder), **values)

    @transaction.atomic
    def claim_first(self, rows: "QuerySet[Any]", most: int, holder: str) -> list[Any]:
        """Claim the first free rows in the order of `rows`, skipping what another process is claiming right now.

        Returns their keys. Call `release_gone` before: a queue is swept once, not at every claim.
        """
        free = rows.filter(self.free())
        keys = list(free.select_for_update(skip_locked=True).values_list("pk", flat=True)[:most])
        free.filter(pk__in=keys).update(**self.taken(holder))
        return keys

    def lock(self, rows: "QuerySet[Any]", holder: str) -> int:
        """Lock, until the transaction ends, those of the rows that `holder` still holds. Returns how many."""
        held = rows.filter(self.held_by(holder)).order_by("pk").select_for_update()
        return len(held.values_list("pk"))

    def renew(self, rows: "QuerySet[Any]", **values: Any) -> int:
        """Let the claim last another term, and set other columns with it. Returns how many rows were changed."""
        return rows.update(**self._renewed(), **values)

    def release(self, rows: "QuerySet[Any]", **values: Any) -> int:
        """Give rows back, and set other columns with it. Returns how many rows were changed."""
        return rows.update(**self.released, **values)

    def release_gone(self, rows: "QuerySet[Any]") -> int:
        """Release what processes of this host left behind when they ended. Returns how many rows were released."""
        return sum(self.release(rows.filter(self.held_by(holder))) for holder in self._gone_holders(rows))

    def _renewed(self) -> dict[str, Any]:
        return {self.until_column: Now() + self.term}

    def _gone_holders(self, rows: "QuerySet[Any]") -> list[str]:
        holders = rows.exclude(**{self.holder_column: ""}).order_by().values_list(self.holder_column, flat=True)
        return [holder for holder in holders.distinct() if is_gone(holder)]


def _start_time(pid: int) -> str:
    """In clock ticks since the host started; empty where the platform does not tell."""
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return ""
