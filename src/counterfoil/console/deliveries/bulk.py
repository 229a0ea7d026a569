"""Choosing deliveries to replay together: ticked rows, or all that matched the filters at that moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core import signing
from django.db.models import Max
from django.http import HttpRequest

from counterfoil.console.deliveries.filters import FILTERS, Rows, apply_filter
from counterfoil.console.lists import bulk
from counterfoil.console.site import permissions, visibility
from counterfoil.console.widgets import badges
from counterfoil.mirror.models import Connection
from counterfoil.webhooks.health import count_by_state
from counterfoil.webhooks.models import Delivery
from counterfoil.webhooks.queue import replayable

_SALT = "delivery-selection"


@dataclass(frozen=True, slots=True)
class ChosenDeliveries:
    """The `picked` deliveries by key; without any, all up to `newest` that match the filters.

    `at` is the moment from which periods are counted back.
    """

    filters: Mapping[str, str]
    picked: tuple[int, ...]
    newest: int
    at: datetime

    def rows(self, request: HttpRequest) -> Rows:
        """Return the chosen rows that the user may see, by connection, since every index leads with it."""
        seen = visibility.narrow(request, Connection.objects.order_by()).values_list("pk", flat=True)
        rows = Delivery.objects.filter(connection_id__in=list(seen))
        if self.picked:
            return rows.filter(pk__in=self.picked)
        for name, chosen in self.filters.items():
            rows = apply_filter(rows, name, chosen, self.at)
        return rows.filter(pk__lte=self.newest)

    @property
    def names(self) -> list[str]:
        """The names of the filters, for the log."""
        return ["picked"] if self.picked else list(self.filters)

    @property
    def sealed(self) -> str:
        """The choice, signed, for a hidden field of a form."""
        choice = {"filters": self.filters, "picked": self.picked, "newest": self.newest, "at": self.at.isoformat()}
        return signing.dumps(choice, salt=_SALT)

    def list_address(self, *without: str) -> str:
        """Return the address of the list with the same filters, without the named ones."""
        kept = {name: chosen for name, chosen in self.filters.items() if name not in without}
        return bulk.address("admin:counterfoil_webhooks_delivery_changelist", kept)


def bar(request: HttpRequest, cl: ChangeList) -> dict[str, Any] | None:
    """Return the context of the selection bar; None for users who may not replay."""
    if not request.user.has_perm(permissions.REPLAY):
        return None
    return bulk.bar(request, cl, "console/replay_button.html", FILTERS)


def read_choice(request: HttpRequest, now: datetime) -> ChosenDeliveries:
    """Read the choice from a posted list: ticked rows, or all that match now. Without either it has no rows."""
    newest = Delivery.objects.aggregate(newest=Max("pk"))["newest"] or 0
    return ChosenDeliveries(bulk.set_filters(request.POST.dict(), FILTERS), bulk.picked_keys(request), newest, now)


def unseal_choice(text: str) -> ChosenDeliveries | None:
    """Read what `sealed` returned; None for anything else."""
    if (choice := bulk.unseal(text, _SALT)) is None:
        return None
    at = datetime.fromisoformat(choice["at"])
    return ChosenDeliveries(choice["filters"], tuple(choice["picked"]), choice["newest"], at)


def confirmation(request: HttpRequest, chosen: ChosenDeliveries) -> dict[str, Any]:
    """Return the context of the question before replaying. `total` is 0 where there is nothing to replay."""
    rows = chosen.rows(request)
    counts = replayable(rows)
    total = sum(counts.values())
    return {
        "title": "Replay webhooks",
        "original": "Replay",
        "sealed": chosen.sealed,
        "total": total,
        "others": sum(count_by_state(rows).values()) - total,
        "counts": [(badges.delivery_state(state), count) for state, count in counts.items()],
        "back": chosen.list_address(),
    }
