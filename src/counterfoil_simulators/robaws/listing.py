"""One page of a list: selected, rendered, and possibly changed by a fault (contract sections 2.1 to 2.3)."""

from collections.abc import Callable, Iterable

from counterfoil_simulators.robaws import changes, filters, pages, sort_order
from counterfoil_simulators.robaws.data.later_changes import make_client
from counterfoil_simulators.robaws.faults import RobawsFault
from counterfoil_simulators.robaws.page_faults import ITEM_FAULTS, PAGE_FAULTS, corrupt_items
from counterfoil_simulators.robaws.records import Record
from counterfoil_simulators.robaws.store import View
from counterfoil_simulators.robaws.tenant import RobawsCall
from counterfoil_simulators.wire import WireResponse

KEPT_LISTINGS = 64

type Render = Callable[[Record], bytes]


def chosen_ids(
    call: RobawsCall, view: View, scope: object, records: Callable[[], Iterable[Record]], sortable: frozenset[str]
) -> list[int]:
    """Return the ids of all records in `scope` that the query selects, in order; cached until a change."""
    switches, query = call.tenant.switches, call.request.query
    ignoring = bool(call.faults("ignore_updated_from"))
    criteria = filters.parse(query, switches, ignore_updated_from=ignoring)
    orders = sort_order.parse(query.get("sort"), sortable)
    key = (scope, criteria, orders)
    ids = view.listings.get(key)
    if ids is None or (orders and switches.unstable_sort):
        if len(view.listings) >= KEPT_LISTINGS:
            view.listings.clear()
        chosen = filters.select(records(), criteria)
        ids = view.listings[key] = sort_order.sort_ids(
            chosen, orders, unstable=switches.unstable_sort and bool(orders)
        )
    return ids


def answer_page(
    call: RobawsCall, ids: list[int], table: dict[int, Record], render: Render, *, of_clients: bool
) -> WireResponse:
    """Answer 200 with the requested part of the list."""
    window = pages.parse_window(call.request.query, call.tenant.switches)
    start = window.start
    if start >= len(ids) and call.tenant.switches.past_the_end == "last":
        start = (len(ids) - 1) // window.size * window.size
    if start > 0:
        start -= sum(fault.count for fault in call.faults("duplicate_rows"))
    chosen = ids[max(0, start) : max(0, start) + window.size]
    page = pages.RobawsPage(window, [render(table[number]) for number in chosen], list(chosen), len(ids))
    for fault in call.faults(*PAGE_FAULTS):
        PAGE_FAULTS[fault.kind](page, fault)
    clients = {None, *map(str, page.ids if of_clients else ())}
    for fault in call.faults(*ITEM_FAULTS, meant=lambda fault: fault.client in clients):
        corrupt_items(page, fault)
    for fault in call.faults("drift_delete", "drift_insert"):
        _drift(call, fault, ids, start)
    if not of_clients and call.tenant.switches.contact_list_shape == "array":
        return WireResponse(200, pages.render_array(page))
    return pages.render_envelope(page)


def _drift(call: RobawsCall, fault: RobawsFault, ids: list[int], start: int) -> None:
    """Delete clients of this page, or add new ones, after the page was made."""
    tenant = call.tenant
    for turn in range(fault.count):
        if fault.kind == "drift_insert":
            role = tenant.dice.pick(("", "POV", "RORO"))
            changes.insert_client(
                tenant, make_client(tenant.store.next_id("clients"), role, tenant.clock.now(), tenant.dice)
            )
            continue
        victims = [int(fault.client)] if fault.client else ids[max(0, start) + turn : max(0, start) + turn + 1]
        for victim in victims:
            if victim in tenant.store.live.clients:
                changes.delete_client(tenant, victim)
