"""The rows that other tables keep about a mirrored record, which they name by resource and key."""

from collections.abc import Collection
from typing import Self

from django.db import models

from counterfoil.connectors.page import Resource


class RecordQuerySet[M: models.Model](models.QuerySet[M]):
    """Query a table with the columns `resource` and `record_id`."""

    def for_record(self, record_id: int, resource: str = Resource.CUSTOMER) -> Self:
        return self.filter(resource=resource, record_id=record_id)

    def for_records(self, record_ids: Collection[int], resource: str = Resource.CUSTOMER) -> Self:
        return self.filter(resource=resource, record_id__in=record_ids)
