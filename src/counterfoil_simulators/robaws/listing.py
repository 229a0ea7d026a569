"""One page of a list: chosen, rendered, and perhaps spoiled by a fault (contract sections 2.1 to 2.3)."""

from collections.abc import Callable, Iterable

from counterfoil_simulators.robaws import changes, filters, paging, sorting
from counterfoil_simulators.robaws.data.newcomers import newcomer
from counterfoil_simulators.robaws.faults import RobawsFault
from counterfoil_simulators.robaws.page_faults import PAGE_FAULTS, spoil_items
from counterfoil_simulators.robaws.records import Record
from counterfoil_simulators.robaws.store import View
from counterfoil_simulators.robaws.tenant import RobawsCall
from counterfoil_simulators.wire import WireResponse

KEPT_LISTINGS = 64

type Render = Callable[[Record], bytes]


def chosen_ids(
    call: RobawsCall, view: View, scope: object, records: Callable[[], Iterable[Record]], sortable: frozenset[str]
) -> list[int]:
    """The ids of all records in `scope` that the query asks for, in order; kept until something changes."""
    switches, query = call.tenant.switches, call.request.query
    ignoring = bool(call.faults("ignore_updated_from"))
    criteria = filters.parse(query, switches, ignore_updated_from=ignoring)
    orders = sorting.parse(query.get("sort"), sortable)
    key = (scope, criteria, orders)
    known = view.listings.get(key)
    if known is None or (orders and switches.unstable_sort):
        if len(view.listings) >= KEPT_LISTINGS:
            view.listings.clear()
        chosen = filters.select(records(), criteria)
        known = view.listings[key] = sorting.arrange(
            chosen, orders, unstable=switches.unstable_sort and bool(orders)
        )
    return known


def answer(
    call: RobawsCall, ids: list[int], table: dict[int, Record], render: Render, *, of_clients: bool
) -> WireResponse:
    """200 with the asked part of the list."""
    window = paging.window(call.request.query, call.tenant.switches)
    start = window.start
    if start > 0:
        start -= sum(fault.count for fault in call.faults("duplicate_rows"))
    chosen = ids[max(0, start) : max(0, start) + window.size]
    page = paging.RobawsPage(window, [render(table[number]) for number in chosen], list(chosen), len(ids))
    for fault in call.faults(*PAGE_FAULTS):
        PAGE_FAULTS[fault.kind](page, fault)
    clients = {None, *map(str, page.ids if of_clients else ())}
    for fault in call.faults("garbage", "invalid_utf8", meant=lambda fault: fault.client in clients):
        spoil_items(page, fault)
    for fault in call.faults("drift_delete", "drift_insert"):
        _drift(call, fault, ids, start)
    if not of_clients and call.tenant.switches.contact_list_shape == "array":
        return WireResponse(200, paging.array(page))
    return paging.envelope(page)


def _drift(call: RobawsCall, fault: RobawsFault, ids: list[int], start: int) -> None:
    """After this page was made, somebody deletes clients it or an earlier page held, or adds new ones."""
    tenant = call.tenant
    for turn in range(fault.count):
        if fault.kind == "drift_insert":
            role = tenant.dice.pick(("", "POV", "RORO"))
            changes.insert_client(
                tenant, newcomer(tenant.store.next_id("clients"), role, tenant.clock.now(), tenant.dice)
            )
            continue
        victims = [int(fault.client)] if fault.client else ids[max(0, start) + turn : max(0, start) + turn + 1]
        for victim in victims:
            if victim in tenant.store.live.clients:
                changes.delete_client(tenant, victim)
