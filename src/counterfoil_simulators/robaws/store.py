"""The tenant's data in memory: one lock, snapshots, and a delayed copy for replica reads."""

import threading
from bisect import insort
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Literal, NamedTuple

from counterfoil_simulators.robaws.records import Record

type Table = Literal["clients", "contacts"]


@dataclass(slots=True)
class View:
    """The tables that a read sees, live or delayed. `version` changes with any content."""

    clients: dict[int, Record]
    contacts: dict[int, Record]
    contacts_of: dict[int, list[int]]
    version: int
    listings: dict[object, list[int]] = field(default_factory=dict)

    def contacts_of_client(self, client_id: int) -> list[Record]:
        """List the contacts of a client, oldest first."""
        return [self.contacts[number] for number in self.contacts_of.get(client_id, ())]


class Snapshot(NamedTuple):
    """A backup. Records are immutable, so a copy of the dictionaries suffices."""

    clients: dict[int, Record]
    contacts: dict[int, Record]
    comments: dict[int, list[bytes]]
    last_ids: dict[str, int]


class _Change(NamedTuple):
    at: float
    table: Table
    key: int
    before: Record | None


class ClientStore:
    """The tables. All access holds `lock`; every change is made by `put` or `remove`."""

    def __init__(self, now: Callable[[], float], replica_lag: Callable[[], float]) -> None:
        self.lock = threading.RLock()
        self._now = now
        self._replica_lag = replica_lag
        self._version = count(1)
        self.live = View({}, {}, {}, 0)
        self.comments: dict[int, list[bytes]] = {}
        self.last_ids = {"clients": 0, "contacts": 0, "comments": 0}
        self._recent: deque[_Change] = deque()
        self._replica: View | None = None

    def next_id(self, kind: str) -> int:
        """Return the next number of a sequence (contract section 9.1)."""
        self.last_ids[kind] += 1
        return self.last_ids[kind]

    def load(self, clients: list[Record], contacts: list[Record]) -> None:
        """Start with these records, both in id order."""
        tables = {record.id: record for record in clients}, {record.id: record for record in contacts}
        self.live = _view(*tables, next(self._version))
        self.last_ids |= {"clients": max(tables[0], default=0), "contacts": max(tables[1], default=0)}

    def put(self, table: Table, record: Record) -> None:
        """Insert or replace a record."""
        rows = self._rows(table)
        before = rows.get(record.id)
        self._remember(table, record.id, before)
        rows[record.id] = record
        self.last_ids[table] = max(self.last_ids[table], record.id)
        if table == "contacts" and before is None:
            insort(self.live.contacts_of.setdefault(record.owner, []), record.id)
        self._mark_changed()

    def remove(self, table: Table, key: int) -> None:
        """Delete a record; a client's contacts are deleted too."""
        rows = self._rows(table)
        record = rows.pop(key)
        self._remember(table, key, record)
        if table == "contacts":
            self.live.contacts_of[record.owner].remove(key)
        else:
            for contact in list(self.live.contacts_of.pop(key, ())):
                self._remember("contacts", contact, self.live.contacts.pop(contact))
            self.comments.pop(key, None)
        self._mark_changed()

    def view(self, *, replica: bool) -> View:
        """Return the tables for this mode; the replica is delayed (contract section 4)."""
        if not replica or self._replica_lag() <= 0:
            return self.live
        self._drop_replicated_changes()
        if not self._recent:
            return self.live
        if self._replica is None:
            self._replica = self._undo(self._recent)
        return self._replica

    def replicate(self) -> None:
        """Bring the replica up to date at once."""
        self._recent.clear()
        self._replica = None

    def snapshot(self) -> Snapshot:
        """Copy the data and the id sequences."""
        comments = {key: list(values) for key, values in self.comments.items()}
        return Snapshot(dict(self.live.clients), dict(self.live.contacts), comments, dict(self.last_ids))

    def restore(self, backup: Snapshot, *, keep_sequences: bool) -> None:
        """Restore a backup; sequences are restored too, so ids may be used again, unless they are kept."""
        self.live = _view(dict(backup.clients), dict(backup.contacts), next(self._version))
        self.comments = {key: list(values) for key, values in backup.comments.items()}
        if not keep_sequences:
            self.last_ids = dict(backup.last_ids)
        self.replicate()

    def _rows(self, table: Table) -> dict[int, Record]:
        return self.live.clients if table == "clients" else self.live.contacts

    def _mark_changed(self) -> None:
        self.live.version = next(self._version)
        self.live.listings.clear()

    def _remember(self, table: Table, key: int, before: Record | None) -> None:
        if self._replica_lag() > 0:
            self._recent.append(_Change(self._now(), table, key, before))
            self._replica = None

    def _drop_replicated_changes(self) -> None:
        horizon = self._now() - self._replica_lag()
        while self._recent and self._recent[0].at <= horizon:
            self._recent.popleft()
            self._replica = None

    def _undo(self, changes: deque[_Change]) -> View:
        """Return the live tables with the changes undone, newest first."""
        tables: dict[Table, dict[int, Record]] = {
            "clients": dict(self.live.clients),
            "contacts": dict(self.live.contacts),
        }
        for change in reversed(changes):
            if change.before is None:
                tables[change.table].pop(change.key, None)
            else:
                tables[change.table][change.key] = change.before
        return _view(tables["clients"], tables["contacts"], next(self._version))


def _view(clients: dict[int, Record], contacts: dict[int, Record], version: int) -> View:
    contacts_of: dict[int, list[int]] = {}
    for number in sorted(contacts):
        contacts_of.setdefault(contacts[number].owner, []).append(number)
    return View(clients, contacts, contacts_of, version)
