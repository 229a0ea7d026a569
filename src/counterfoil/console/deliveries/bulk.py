"""Which deliveries are replayed together: ticked rows, or all that the filters leave, as they stood when asked."""

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
    """`picked` deliveries by their keys; without any, all that the filters leave, none that came after `newest`.

    `at` is the moment from which periods are counted back.
    """

    filters: Mapping[str, str]
    picked: tuple[int, ...]
    newest: int
    at: datetime

    def rows(self, request: HttpRequest) -> Rows:
        """Never more than the person may see. Their connections are named: every index leads with one."""
        seen = visibility.narrow(request, Connection.objects.order_by()).values_list("pk", flat=True)
        rows = Delivery.objects.filter(connection_id__in=list(seen))
        if self.picked:
            return rows.filter(pk__in=self.picked)
        for name, chosen in self.filters.items():
            rows = apply_filter(rows, name, chosen, self.at)
        return rows.filter(pk__lte=self.newest)

    @property
    def names(self) -> list[str]:
        """What narrows them, without any value: for the log."""
        return ["picked"] if self.picked else list(self.filters)

    @property
    def sealed(self) -> str:
        """For a form: it comes back as it was given out."""
        said = {"filters": self.filters, "picked": self.picked, "newest": self.newest, "at": self.at.isoformat()}
        return signing.dumps(said, salt=_SALT)

    def list_address(self, *without: str) -> str:
        """The list with the same search and filters, but for these."""
        kept = {name: chosen for name, chosen in self.filters.items() if name not in without}
        return bulk.address("admin:counterfoil_webhooks_delivery_changelist", kept)


def bar(request: HttpRequest, cl: ChangeList) -> dict[str, Any] | None:
    """What the bar above the list needs; None for somebody who may replay nothing."""
    if not request.user.has_perm(permissions.REPLAY):
        return None
    return bulk.bar(request, cl, "console/replay_button.html", FILTERS)


def asked_for(request: HttpRequest, now: datetime) -> ChosenDeliveries:
    """The rows that were ticked, or all that match, as it stands now. Without either it holds no row."""
    newest = Delivery.objects.aggregate(newest=Max("pk"))["newest"] or 0
    return ChosenDeliveries(bulk.set_filters(request.POST.dict(), FILTERS), bulk.picked_keys(request), newest, now)


def unsealed(text: str) -> ChosenDeliveries | None:
    """What `sealed` gave out; None for anything else."""
    if (said := bulk.unseal(text, _SALT)) is None:
        return None
    at = datetime.fromisoformat(said["at"])
    return ChosenDeliveries(said["filters"], tuple(said["picked"]), said["newest"], at)


def question(request: HttpRequest, chosen: ChosenDeliveries) -> dict[str, Any]:
    """What a person is told before deliveries are replayed. `total` is 0 where there is nothing to ask."""
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
