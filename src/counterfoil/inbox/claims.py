"""Deliveries taken up by one process at a time. A claim of a process that is gone counts for nothing."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from counterfoil.inbox.models import Delivery, DeliveryState
from counterfoil.mirror import lease

LOT = 500
TERM = timedelta(seconds=60)
WAITING = (DeliveryState.RECEIVED, DeliveryState.FAILED)
_numbers = count()


class LostClaim(Exception):
    """Another process has taken these deliveries over; nothing was written."""


@dataclass(frozen=True, slots=True)
class Lot:
    """Deliveries of one connection, in their order, claimed by `claim`."""

    claim: str
    deliveries: list[Delivery]

    def check(self, ids: list[int]) -> None:
        """First thing in a transaction that writes: these are still ours. Raises LostClaim."""
        held = Delivery.objects.filter(pk__in=ids, claim=self.claim).order_by("id").select_for_update()
        if len(held.values_list("pk")) != len(ids):
            raise LostClaim

    def renew(self) -> None:
        """Prolong the claim of what is not done yet."""
        Delivery.objects.filter(claim=self.claim).update(claimed_until=Now() + TERM)

    def let_go(self) -> None:
        """Somebody may take up what is not done yet."""
        Delivery.objects.filter(claim=self.claim).update(claim="", claimed_until=None)


def due() -> "QuerySet[Delivery]":
    """Deliveries that can be worked on now."""
    free = Q(claim="") | Q(claimed_until__lt=Now())
    its_turn = Q(next_try_at=None) | Q(next_try_at__lte=timezone.now())
    return Delivery.objects.filter(free, its_turn, state__in=WAITING)


def take() -> Lot | None:
    """The oldest that wait of a connection that nobody works for. None where nothing waits."""
    release_dead()
    busy = Delivery.objects.filter(state__in=WAITING, claimed_until__gte=Now()).exclude(claim="")
    free = due().exclude(connection__in=busy.values("connection"))
    connection_id = free.order_by("id").values_list("connection", flat=True).first()
    if connection_id is None:
        return None
    claim = f"{next(_numbers)}/{lease.me()}"
    with transaction.atomic():
        rows = due().filter(connection=connection_id).order_by("id").select_for_update(skip_locked=True)
        ids = list(rows.values_list("pk", flat=True)[:LOT])
        Delivery.objects.filter(pk__in=ids).update(claim=claim, claimed_until=Now() + TERM)
    found = Delivery.objects.filter(pk__in=ids).order_by("id").select_related("connection", "run")
    return Lot(claim, list(found)) if ids else None


def release_dead() -> None:
    """Let go of what processes of this host held that are gone."""
    held = Delivery.objects.filter(state__in=WAITING).exclude(claim="")
    for claim in set(held.values_list("claim", flat=True)):
        if lease.is_gone(claim.partition("/")[2]):
            Delivery.objects.filter(claim=claim).update(claim="", claimed_until=None)
