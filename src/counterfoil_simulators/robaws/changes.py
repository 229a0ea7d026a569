"""The functions through which every client and contact is changed, by API calls and by the control alike."""

from counterfoil_simulators.robaws import representation
from counterfoil_simulators.robaws.records import Json, Record, client_record, contact_record
from counterfoil_simulators.robaws.tenant import RobawsTenant


def insert_client(tenant: RobawsTenant, client: Json, *, silent: bool = False) -> Record:
    """Store a client, with a new id and dates where it has none."""
    store = tenant.store
    with store.lock:
        now = tenant.timestamp()
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
    """Store the changed client; `touch` sets updatedAt to now, `updated_at` to a given time."""
    old = before.json()
    if client == old and updated_at is None and not tenant.switches.noop_write_touches:
        return before
    only_extra_fields = _differences(old, client) <= {"extraFields"}
    if updated_at is not None or touch:
        client["updatedAt"] = updated_at or tenant.timestamp()
    record = client_record(client)
    tenant.store.put("clients", record)
    if only_extra_fields and not tenant.switches.webhook_for_extra_fields_only:
        silent = True
    _publish(tenant, "client.updated", record, silent=silent)
    return record


def delete_client(tenant: RobawsTenant, client_id: int) -> None:
    """Remove the client and its contacts. Robaws has no event for it (contract section 6)."""
    tenant.store.remove("clients", client_id)


def save_contact(tenant: RobawsTenant, contact: Json) -> Record:
    """Store a new or changed contact; with `contact_touches_client` this also changes its client."""
    store, now = tenant.store, tenant.timestamp()
    contact["id"] = str(contact.get("id") or store.next_id("contacts"))
    contact["createdAt"] = contact.get("createdAt") or now
    contact["updatedAt"] = now
    record = contact_record(contact)
    store.put("contacts", record)
    touch_owner(tenant, record.owner)
    return record


def delete_contact(tenant: RobawsTenant, record: Record) -> None:
    tenant.store.remove("contacts", record.id)
    touch_owner(tenant, record.owner)


def touch_owner(tenant: RobawsTenant, client_id: int) -> None:
    """Set the client's updatedAt to now where the tenant does so after a change of a contact."""
    if tenant.switches.contact_touches_client:
        owner = tenant.store.live.clients[client_id]
        update_client(tenant, owner, owner.json(), updated_at=tenant.timestamp())


def _differences(old: Json, new: Json) -> set[str]:
    return {field for field in old.keys() | new.keys() if old.get(field) != new.get(field)} - {"updatedAt"}


def _publish(tenant: RobawsTenant, event: str, record: Record, *, silent: bool) -> None:
    if not silent and tenant.webhooks.endpoints:
        data = representation.render_client(record, "webhook", tenant.store.live, tenant.switches)
        tenant.webhooks.notify(event, record.id, data)
