"""The simulated organisation of Zoho Books for counting calls, and one day of changes in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from counterfoil_simulators.zoho_books import ZohoBooksSimulator

CUSTOMERS, PERSONS, INVOICES = 1_000, 1_500, 3_000
CHANGED = 10
"""Customers that change in a day.

Half as many invoices are written, as many are paid, and as many are paid in part without a new modified time.
"""


@contextmanager
def organisation() -> Iterator[ZohoBooksSimulator]:
    """Start the simulator. `PERSONS` counts persons of customers; vendors and their persons are additional."""
    with ZohoBooksSimulator(contacts=CUSTOMERS, persons=PERSONS, invoices=INVOICES, rate=None) as sim:
        sim.control.switch(person_edit_touches_contact=False)  # keep the customers' modified times
        for owner in sim.control.contact_ids("customer")[: PERSONS - _persons(sim)]:
            sim.control.add_person(owner)
        sim.control.switch(person_edit_touches_contact=True)
        yield sim


def make_a_day_of_changes(sim: ZohoBooksSimulator) -> None:
    """Make the changes of one day between two syncs."""
    control = sim.control
    control.change_contact(n=CHANGED, fields={"website": "https://www.moved.example"})
    sent = control.invoice_ids("sent")[-CHANGED:]
    for paid, moved in zip(sent[::2], sent[1::2], strict=True):
        control.pay(paid)
        control.set_balance(moved, 1)
    control.add_invoice(n=CHANGED // 2)


def describe(sim: ZohoBooksSimulator, days: int) -> str:
    """Describe the number of records, and how many invoices a window of `days` days includes."""
    control = sim.control
    start = (datetime.now(UTC) - timedelta(days)).date().isoformat()
    invoices = [control.invoice(one) for one in control.invoice_ids()]
    within = sum(invoice["date"] >= start for invoice in invoices)
    return (
        f"{len(control.contact_ids('customer')):,} customers, {_persons(sim):,} contact persons,\n"
        f"{len(invoices):,} invoices, {within:,} of them from the last {days:,} days"
    )


def _persons(sim: ZohoBooksSimulator) -> int:
    return sum(len(sim.control.persons(owner)) for owner in sim.control.contact_ids("customer"))
