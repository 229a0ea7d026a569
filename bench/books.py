"""The organisation of Zoho Books that calls are counted on: what is in it, and a day of work in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from counterfoil_simulators.zoho_books import ZohoBooksSimulator

CUSTOMERS, PERSONS, INVOICES = 1_000, 1_500, 3_000
CHANGED = 10
"""Customers that change in a day. Half as many invoices are written, paid, and paid in part without a trace."""


@contextmanager
def organisation() -> Iterator[ZohoBooksSimulator]:
    """As many persons as said belong to customers; vendors and theirs come on top."""
    with ZohoBooksSimulator(contacts=CUSTOMERS, persons=PERSONS, invoices=INVOICES, rate=None) as sim:
        sim.control.switch(person_edit_touches_contact=False)  # nobody was added just now
        for owner in sim.control.contact_ids("customer")[: PERSONS - _persons(sim)]:
            sim.control.add_person(owner)
        sim.control.switch(person_edit_touches_contact=True)
        yield sim


def a_day_of_work(sim: ZohoBooksSimulator) -> None:
    """Do in the simulator what people do there from one sync to the next."""
    control = sim.control
    control.change_contact(n=CHANGED, fields={"website": "https://www.moved.example"})
    sent = control.invoice_ids("sent")[-CHANGED:]
    for paid, moved in zip(sent[::2], sent[1::2], strict=True):
        control.pay(paid)
        control.set_balance(moved, 1)
    control.add_invoice(n=CHANGED // 2)


def described(sim: ZohoBooksSimulator, days: int) -> str:
    """Say how much there is, and how much of it a window of `days` days holds."""
    control = sim.control
    start = (datetime.now(UTC) - timedelta(days)).date().isoformat()
    invoices = [control.invoice(one) for one in control.invoice_ids()]
    within = sum(invoice["date"] >= start for invoice in invoices)
    return (
        f"{len(control.contact_ids('customer')):,} customers, {_persons(sim):,} persons of theirs,\n"
        f"{len(invoices):,} invoices, {within:,} of them of the last {days:,} days"
    )


def _persons(sim: ZohoBooksSimulator) -> int:
    return sum(len(sim.control.persons(owner)) for owner in sim.control.contact_ids("customer"))
