"""The filters of a list: `updatedFrom` and extra fields; others are ignored (contract section 2.3)."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from counterfoil_simulators.clock import format_instant, parse_instant
from counterfoil_simulators.robaws.errors import bad_request
from counterfoil_simulators.robaws.records import Record
from counterfoil_simulators.robaws.switches import RobawsSwitches

_EXTRA_FIELD = re.compile(r"extraFields\[(.+)\]")


class RobawsCriteria(NamedTuple):
    """The filters of one list request, hashable so that they can be a cache key."""

    updated_from: str | None
    extra_fields: tuple[tuple[str, str], ...]
    archived: bool


def parse(query: dict[str, str], switches: RobawsSwitches, *, ignore_updated_from: bool = False) -> RobawsCriteria:
    """Parse the filters of a query. Raises 400 unless `updatedFrom` is an instant."""
    updated_from = None
    if "updatedFrom" in query:
        try:
            updated_from = format_instant(parse_instant(query["updatedFrom"]))
        except (ValueError, OverflowError) as error:
            raise bad_request("updatedFrom must be an ISO-8601 instant", "updatedFrom") from error
    if switches.ignore_updated_from or ignore_updated_from:
        updated_from = None
    matches = ((_EXTRA_FIELD.fullmatch(name), value) for name, value in query.items())
    extra_fields = tuple((match[1], value) for match, value in matches if match)
    archived = switches.archived_listed
    if switches.honour_include_archived and query.get("includeArchived") == "true":
        archived = True
    return RobawsCriteria(updated_from, extra_fields, archived)


def select(records: Iterable[Record], criteria: RobawsCriteria) -> list[Record]:
    """Return the records that meet the criteria; `updatedFrom` is inclusive."""
    chosen = [record for record in records if criteria.archived or not record.archived]
    if criteria.updated_from is not None:
        since = criteria.updated_from
        chosen = [record for record in chosen if record.updated_at >= since]
    if criteria.extra_fields:
        chosen = [record for record in chosen if _has_extra_fields(record, criteria.extra_fields)]
    return chosen


def _has_extra_fields(record: Record, wanted: tuple[tuple[str, str], ...]) -> bool:
    fields: dict[str, Any] = record.json().get("extraFields") or {}
    return all(_text(fields.get(label)) == value for label, value in wanted)


def _text(entry: Any) -> str | None:
    """Return the value of an extra field as a query writes it: text, true/false, number or YYYY-MM-DD."""
    if not isinstance(entry, dict):
        return None
    value = next((value for key, value in entry.items() if key.endswith("Value")), None)
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)
