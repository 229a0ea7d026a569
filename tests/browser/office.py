"""A console with something on every screen: three connections in different health, long names, a bad record."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from django.utils import timezone

from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.console import Console

LONG_NAME = (
    "Vereniging van Mede-Eigenaars Residentie De Drie Koningen en Aanpalende Garages, Bergingen en "
    "Handelsruimten te Sint-Katelijne-Waver"
)
UNBROKEN = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LONG_MAIL = "administratie.en.boekhouding.afdeling.facturatie@residentie-de-drie-koningen-sint-katelijne-waver.be"
NEW = "Gloednieuwe Wagens BV"
LATE = "INV-000001"
READY = "ready"


@contextmanager
def filled(folder: Path) -> Iterator[Console]:
    """Serve it: `acme` is healthy with one import problem, `guarded` needs approval, `refused` cannot log in.

    The upstreams are another process's, which also fills the mirror: one process is quicker than eight commands.
    """
    with Console.served(folder) as console:
        upstreams = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.office"],
            env=console.install.environ(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert upstreams.stdout is not None
            assert READY in (line.strip() for line in upstreams.stdout), "the office could not be furnished"
            yield console
        finally:
            upstreams.communicate()


def main() -> None:
    """Start the upstreams, mirror them, and stay until standard input ends."""
    from counterfoil.cli.ready import ready

    ready()
    with ExitStack() as stack:
        acme, guarded, refused = (
            stack.enter_context(RobawsSimulator(customers=count, seed=seed, rate=None))
            for count, seed in ((130, 7), (60, 8), (12, 9))
        )
        furnish(acme, guarded, refused)
        sys.stdout.write(f"{READY}\n")
        sys.stdout.flush()
        sys.stdin.read()


def furnish(acme: RobawsSimulator, guarded: RobawsSimulator, refused: RobawsSimulator) -> None:
    """Connect and sync them, in this process's install."""
    from tests.support.mirrored import Mirrored

    acme.control.add(fields={"name": LONG_NAME, "email": LONG_MAIL, "tel": "+32 15 00 00 00 (enkel voormiddag)"})
    acme.control.add(fields={"name": UNBROKEN})
    acme.control.fault("garbage", client=acme.control.ids()[3], shape="name_object")
    Mirrored.connect(acme, "acme").sync()
    bill()
    deliver()

    emptied = Mirrored.connect(guarded, "guarded")
    emptied.sync()
    guarded.control.delete(guarded.control.ids()[::2])
    emptied.sync(full=True)

    shut_out = Mirrored.connect(refused, "refused")
    refused.control.fault("wrong_credentials")
    shut_out.sync()
    disagree(acme)


def bill() -> None:
    """Contact persons and invoices of the customer with the long name: one late and huge, one of an odd status."""
    from counterfoil.mirror.models import Customer
    from tests.console import making

    customer = Customer.objects.get(name=LONG_NAME)
    making.contact_person(customer, UNBROKEN, email=LONG_MAIL, is_primary=True, designation="Accounts payable")
    making.contact_person(customer, phone="see website", invalid={"phone": "no digits in it"})
    late = timezone.localdate() - timedelta(days=1_204)
    huge = Decimal("1234567890.12")
    making.invoice(customer, LATE, status="overdue", due_date=late, total=huge, balance=huge, reference=UNBROKEN)
    making.invoice(customer, "INV-000002", status="on_hold_by_the_bookkeeping_department", state="missing")
    making.invoice(customer, "INV-000003", invalid={"email": "no @ in it"}, email=UNBROKEN)
    making.invoice(customer.connection, "INV-000004", customer_external_id="404", customer_name=UNBROKEN)


def deliver() -> None:
    """Webhooks of acme, one of each state that stays, with long names; one of its addresses may not be known."""
    from counterfoil.mirror.models import Change, Customer, Source
    from counterfoil.webhooks.models import DeliveryState, Refusal
    from tests.console import making

    customer = Customer.objects.get(name=LONG_NAME)
    acme, now = customer.connection, timezone.now()
    making.endpoint(acme, f"{UNBROKEN.lower()}.invalid", upstream_id=UNBROKEN)
    making.endpoint(acme, sealed="", unsure=True)
    for connection, reason in ((acme, "misdated"), (None, "bad signature")):
        Refusal.objects.create(
            connection=connection,
            upstream="robaws",
            reason=reason,
            day=timezone.localdate(),
            count=1_204,
            last_at=now,
        )
    told = making.delivery(acme, external_id=customer.external_id)
    Change.objects.create(
        connection=acme, record_id=customer.pk, field="city", before=None, after=UNBROKEN, at=now,
        source=Source.DELIVERY, reference=told.pk,
    )  # fmt: skip
    making.delivery(acme, DeliveryState.FAILED, reason=LONG_NAME, next_try_at=now + timedelta(days=9))
    making.delivery(
        acme, DeliveryState.DEAD, external_id=UNBROKEN, reason=f"Could not be imported: {UNBROKEN}", body=None
    )
    making.delivery(acme, DeliveryState.IGNORED, event=UNBROKEN, resource="", external_id="")
    for state in (DeliveryState.DUPLICATE, DeliveryState.STALE):
        making.delivery(acme, state)


def disagree(acme: RobawsSimulator) -> None:
    """Edits of acme that wait, are kept here, were refused and pushed; a conflict of each kind; a new customer.

    A deletion has to be confirmed again.
    """
    from counterfoil.edits import create, delete, edit, request_push
    from counterfoil.mirror.models import ConflictKind, Connection, Customer, PendingDeletion
    from counterfoil.worker.handlers import execute_run
    from tests.console import making as rows

    connection = Connection.objects.get(name="acme")
    connection.field_map.create(field="gl_account", source="somewhere.else")
    rows_there = Customer.objects.filter(connection=connection, state="present").order_by("pk")
    first, second, third, fourth = rows_there[10:14]
    acme.control.switch(strict_select=True)
    acme.control.change([str(third.external_id)], fields={"email": LONG_MAIL})
    edit.edit_customer(first, {"city": "Gent", "email": "new@example.com"})
    edit.edit_customer(second, {"upstream_role": "NO SUCH ROLE"})
    edit.edit_customer(third, {"email": "ours@example.com"})
    execute_run(request_push.request_push(connection), person=True)
    longest = Customer.objects.get(name=LONG_NAME)
    edit.edit_customer(longest, {"phone": "+32 15 12 34 56", "gl_account": "400000", "upstream_role": "BROKER"})
    edit.edit_customer(first, {"street": UNBROKEN})
    create.create_customer(connection, {"name": NEW})
    delete.confirm_deletion(fourth, delete.DeletionQuestion.about(fourth).mark)
    PendingDeletion.objects.update(held=f"Robaws does not delete this client: {UNBROKEN}")
    ended = {"settled_at": timezone.now(), "by_policy": True, "decision": "theirs"}
    rows.conflict(longest, field="", kind=ConflictKind.DELETED, base=None, theirs=None, ours={"city": UNBROKEN})
    rows.conflict(first, kind=ConflictKind.OVERWRITTEN, ours=LONG_MAIL)
    rows.conflict(second, **ended)
    theirs = [{"id": row.pk, "external_id": row.external_id, "name": row.name} for row in (longest, first)]
    said = {"name": LONG_NAME, "email": LONG_MAIL}
    rows.conflict(third, field="", kind=ConflictKind.CREATED, base=None, ours=said, theirs=theirs)


if __name__ == "__main__":
    main()
