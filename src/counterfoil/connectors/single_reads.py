"""Single reads, one after the other: one that fails is the outcome of its record and does not end the others."""

from collections.abc import Callable, Iterator, Sequence

from counterfoil.connectors.page import Read, ReadOutcome
from counterfoil.errors import InvalidResponse, ReadRefused, Unavailable, Unreachable

OF_ONE_RECORD = frozenset({400, 403, 404, 409, 410, 413, 414, 422})
"""Statuses by which an upstream may mean one record only. 401 and 429 are always about all of them."""


def read_each(external_ids: Sequence[str], read: Callable[[str], Read]) -> Iterator[Read]:
    """Read records in the given order. A refusal, a 5xx, a timeout or an unreadable body makes a read UNCLEAR.

    Raises what is certainly not about the record: no connection, rejected credentials, a rate limit, a block.
    """
    for external_id in external_ids:
        yield _outcome(external_id, read)


def _outcome(external_id: str, read: Callable[[str], Read]) -> Read:
    try:
        return read(external_id)
    except Unreachable:
        raise
    except (ReadRefused, Unavailable, InvalidResponse) as error:
        return Read(external_id, 0, ReadOutcome.UNCLEAR, reason=error.message, error=error)
