"""Control of the data: what people change in Robaws itself, and backups of its database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from counterfoil_simulators.clock import format_instant, parse_instant
from counterfoil_simulators.data.names import BRANDS
from counterfoil_simulators.robaws import changes, patches
from counterfoil_simulators.robaws.data.extra_fields import make_entry
from counterfoil_simulators.robaws.data.later_changes import make_change, make_client
from counterfoil_simulators.robaws.fields import CONTACT_TEXTS, blank_client
from counterfoil_simulators.robaws.records import Json, Record
from counterfoil_simulators.robaws.store import Snapshot
from counterfoil_simulators.robaws.tenant import RobawsTenant

type Ids = Sequence[str | int] | str | int | None


class RobawsDataControl:
    """Adds, changes and removes records without the API. `silent` sends no webhooks."""

    def __init__(self, tenant: RobawsTenant) -> None:
        self.tenant = tenant
        self._snapshots: dict[str, Snapshot] = {}

    # Looking

    def count(self) -> int:
        """Count the clients, archived ones included."""
        return len(self.tenant.store.live.clients)

    def ids(self) -> list[str]:
        """List the ids of all clients, in order."""
        with self.tenant.store.lock:
            return [str(number) for number in sorted(self.tenant.store.live.clients)]

    def client(self, client_id: str | int) -> Json:
        """Return a client as stored, without the tenant's quirks. Raises KeyError when there is none."""
        return self.tenant.store.live.clients[int(client_id)].json()

    def clients(self) -> list[Json]:
        """List all clients in order of their ids."""
        with self.tenant.store.lock:
            return [record.json() for _, record in sorted(self.tenant.store.live.clients.items())]

    def contacts(self, client_id: str | int) -> list[Json]:
        """List the contacts of a client."""
        with self.tenant.store.lock:
            return [record.json() for record in self.tenant.store.live.contacts_of_client(int(client_id))]

    # Clients

    def add(self, n: int = 1, fields: Json | None = None, *, silent: bool = False) -> list[str]:
        """Add invented clients, or ones with these fields (also `id` and dates); returns their ids."""
        added: list[str] = []
        with self.tenant.store.lock:
            for _ in range(n):
                client = self._make_client() if fields is None else _client_with(fields)
                added.append(str(changes.insert_client(self.tenant, client, silent=silent).id))
        return added

    def change(
        self,
        ids: Ids = None,
        n: int = 1,
        fields: Json | None = None,
        *,
        rename: bool = False,
        touch_updated_at: bool = True,
        updated_at: str | None = None,
        silent: bool = False,
    ) -> list[str]:
        """Change the given clients, or `n` random ones; returns their ids.

        They get the given fields (merged in; an extra field may be its value alone), or a new value for a
        field that people often change; with `rename`, a new name.
        """
        moment = None if updated_at is None else format_instant(parse_instant(updated_at))
        with self._chosen(ids, n) as records:
            for record in records:
                before = record.json()
                patch = (
                    self._make_change(before, rename=rename) if fields is None else _expand_extra_fields(fields)
                )
                changes.update_client(
                    self.tenant,
                    record,
                    _merge(before, patch),
                    touch=touch_updated_at,
                    updated_at=moment,
                    silent=silent,
                )
            return [str(record.id) for record in records]

    def delete(self, ids: Ids = None, n: int = 1) -> list[str]:
        """Delete the given clients, or `n` random ones; returns their ids."""
        with self._chosen(ids, n) as records:
            for record in records:
                changes.delete_client(self.tenant, record.id)
            return [str(record.id) for record in records]

    def archive(self, ids: Ids = None, n: int = 1, *, silent: bool = False) -> list[str]:
        """Archive the given clients, or `n` random ones; returns their ids."""
        return self._archive(ids, n, self.tenant.timestamp(), silent=silent)

    def unarchive(self, ids: Ids, *, silent: bool = False) -> list[str]:
        """Restore archived clients; returns their ids."""
        return self._archive(ids, 0, None, silent=silent)

    # Contacts

    def add_contact(self, client_id: str | int, fields: Json | None = None) -> str:
        """Add a contact to a client; returns its id."""
        with self.tenant.store.lock:
            owner = self.tenant.store.live.clients[int(client_id)]
            contact = {"id": None, "clientId": str(owner.id), **dict.fromkeys(CONTACT_TEXTS)} | (fields or {})
            contact |= {"createdAt": None, "updatedAt": None}
            return str(changes.save_contact(self.tenant, contact).id)

    def change_contact(self, contact_id: str | int, fields: Json) -> None:
        with self.tenant.store.lock:
            contact = self.tenant.store.live.contacts[int(contact_id)].json()
            changes.save_contact(self.tenant, contact | fields)

    def delete_contact(self, contact_id: str | int) -> None:
        with self.tenant.store.lock:
            changes.delete_contact(self.tenant, self.tenant.store.live.contacts[int(contact_id)])

    # The database

    def snapshot(self, name: str = "backup") -> str:
        """Make a backup under this name."""
        with self.tenant.store.lock:
            self._snapshots[name] = self.tenant.store.snapshot()
        return name

    def restore(self, name: str = "backup", *, keep_sequences: bool = False) -> int:
        """Restore a backup: content, updatedAt and (unless kept) the id sequences, without webhooks."""
        with self.tenant.store.lock:
            self.tenant.store.restore(self._snapshots[name], keep_sequences=keep_sequences)
            return self.count()

    def replicate(self) -> None:
        """Bring the replica up to date at once."""
        with self.tenant.store.lock:
            self.tenant.store.replicate()

    @contextmanager
    def _chosen(self, ids: Ids, n: int) -> Iterator[list[Record]]:
        """Yield the given clients, or random ones that are not archived, with the store locked."""
        with self.tenant.store.lock:
            clients = self.tenant.store.live.clients
            if ids is None:
                numbers = sorted(number for number, record in clients.items() if not record.archived)
                yield [clients[number] for number in self.tenant.dice.sample(numbers, n)]
            else:
                wanted = [ids] if isinstance(ids, str | int) else ids
                yield [clients[int(number)] for number in wanted]

    def _archive(self, ids: Ids, n: int, moment: str | None, *, silent: bool) -> list[str]:
        with self._chosen(ids, n) as records:
            for record in records:
                client = record.json() | {"archivedAt": moment}
                touch = self.tenant.switches.archive_touches
                changes.update_client(self.tenant, record, client, touch=touch, silent=silent)
            return [str(record.id) for record in records]

    def _make_client(self) -> Json:
        role = self.tenant.dice.pick(("", "POV", "RORO", "FORWARDER"))
        number = self.tenant.store.next_id("clients")
        return make_client(number, role, self.tenant.clock.now(), self.tenant.dice)

    def _make_change(self, client: Json, *, rename: bool) -> Json:
        if rename:
            return {"name": f"{self.tenant.dice.pick(BRANDS)} {client['name']}"}
        return make_change(client, self.tenant.dice)


def _merge(client: Json, patch: Json) -> Json:
    """Merge the patch into the client; null is a value, except that a null extra field is removed."""
    merged: Json = patches.merge_keeping_nulls(client, patch)
    if patch.get("extraFields"):
        extra = (client.get("extraFields") or {}) | patch["extraFields"]
        merged["extraFields"] = {label: value for label, value in extra.items() if value is not None}
    return merged


def _client_with(values: Json) -> Json:
    return blank_client() | {"name": "Unnamed"} | _expand_extra_fields(values)


def _expand_extra_fields(values: Json) -> Json:
    """Write extra fields in full: a plain value becomes a typed one; unknown labels get type TEXT."""
    extra: dict[str, Any] | None = values.get("extraFields")
    if not extra:
        return values
    return values | {"extraFields": {label: _typed_value(label, value) for label, value in extra.items()}}


def _typed_value(label: str, value: Any) -> Any:
    if value is None or isinstance(value, dict):
        return value
    try:
        return make_entry(label, value)
    except KeyError:
        return {"type": "TEXT", "group": None, "stringValue": value}
