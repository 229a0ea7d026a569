"""The only ways in which clients and contacts change, for API calls and for the control alike."""

from counterfoil_simulators.robaws import present
from counterfoil_simulators.robaws.records import Json, Record, client_record, contact_record
from counterfoil_simulators.robaws.tenant import RobawsTenant


def insert_client(tenant: RobawsTenant, client: Json, *, silent: bool = False) -> Record:
    """Give the client an id and dates where it has none, and keep it."""
    store = tenant.store
    with store.lock:
        now = tenant.stamp()
        client["id"] = str(client.get("id") or store.next_id("clients"))
        client["createdAt"] = client.get("createdAt") or now
        client["updatedAt"] = client.get("updatedAt") or now
        record = client_record(client)
        store.put("clients", record)
        _publish(tenant, "client.created", record, silent=silent)
        return record


def update_client(
    tenant: RobawsTenant,
    before: Record,
    client: Json,
    *,
    touch: bool = True,
    updated_at: str | None = None,
    silent: bool = False,
) -> Record:
    """Keep the changed client; `touch` moves updatedAt to now, `updated_at` to a moment of choice."""
    old = before.json()
    if client == old and updated_at is None and not tenant.switches.noop_write_touches:
        return before
    only_extra_fields = _differences(old, client) <= {"extraFields"}
    if updated_at is not None or touch:
        client["updatedAt"] = updated_at or tenant.stamp()
    record = client_record(client)
    tenant.store.put("clients", record)
    if only_extra_fields and not tenant.switches.webhook_for_extra_fields_only:
        silent = True
    _publish(tenant, "client.updated", record, silent=silent)
    return record


def delete_client(tenant: RobawsTenant, client_id: int) -> None:
    """Remove the client and its contacts. No event tells of it (contract section 6)."""
    tenant.store.remove("clients", client_id)


def save_contact(tenant: RobawsTenant, contact: Json) -> Record:
    """Keep a new or changed contact; on some tenants that may count as a change of its client."""
    store, now = tenant.store, tenant.stamp()
    contact["id"] = str(contact.get("id") or store.next_id("contacts"))
    contact["createdAt"] = contact.get("createdAt") or now
    contact["updatedAt"] = now
    record = contact_record(contact)
    store.put("contacts", record)
    touch_owner(tenant, record.owner)
    return record


def delete_contact(tenant: RobawsTenant, record: Record) -> None:
    """Remove a contact."""
    tenant.store.remove("contacts", record.id)
    touch_owner(tenant, record.owner)


def touch_owner(tenant: RobawsTenant, client_id: int) -> None:
    """Where the tenant does so, a change of a contact moves its client's updatedAt."""
    if tenant.switches.contact_touches_client:
        owner = tenant.store.live.clients[client_id]
        update_client(tenant, owner, owner.json(), updated_at=tenant.stamp())


def _differences(old: Json, new: Json) -> set[str]:
    return {field for field in old.keys() | new.keys() if old.get(field) != new.get(field)} - {"updatedAt"}


def _publish(tenant: RobawsTenant, event: str, record: Record, *, silent: bool) -> None:
    if not silent and tenant.webhooks.endpoints:
        data = present.client(record, "webhook", tenant.store.live, tenant.switches)
        tenant.webhooks.tell(event, record.id, data)
