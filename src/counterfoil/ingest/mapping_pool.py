"""Mapping is the dearest step of a first mirror: big ones use more processes, small ones do it in place."""

import gc
import multiprocessing
import signal
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, NamedTuple

import orjson

from counterfoil.errors import SkipRecord
from counterfoil.mapping.mapper import Mapped, Mapper, MappingConfig
from counterfoil.mapping.mappers import mapper
from counterfoil.mirror.row import Form, Prepared, RowMeta, prepare_record


class Payload(NamedTuple):
    """What is to be mapped. With `new`, nothing is there to compare with: it comes back ready to be written, its
    canonical hash filled in. `edits` are values of ours that stand before the upstream's."""

    external_id: str
    raw: bytes
    new: RowMeta | None = None
    edits: Mapping[str, Any] | None = None


type MappingOutcome = Mapped | Prepared | str
"""A mapped record, one ready to be written, or the reason in words why it could not be mapped."""

PROCESSES = 2
"""Besides this one, which fetches, and the database: two mapping keep two cores busy all the time."""
WORTH_IT = 20_000
"""Records to map: starting the processes costs as much as mapping about so many."""


def map_all(map_one: Mapper, form: Form, payloads: Sequence[Payload]) -> list[MappingOutcome]:
    """Map payloads one by one; a bad one never stops the rest (DESIGN law 9)."""
    return [_outcome(map_one, form, payload) for payload in payloads]


def _outcome(map_one: Mapper, form: Form, payload: Payload) -> MappingOutcome:
    try:
        record = map_one.decode(payload.raw)
        mapped = map_one(payload.external_id, record, payload.edits)
        if payload.new is None:
            return mapped
        return prepare_record(form, payload.external_id, mapped, payload.new, map_one.digest(record))
    except SkipRecord as error:
        return error.message
    except orjson.JSONDecodeError:
        return "It is not readable JSON, or not UTF-8."
    except Exception as error:
        return f"It cannot be mapped ({type(error).__name__})."


class MappingPool:
    """Maps batches of one resource of a connection, with one configuration, into one form. Close it after the
    run."""

    def __init__(self, config: MappingConfig, form: Form, own: Mapper | None = None) -> None:
        """`own` maps in the place of the connection's mapper; it stays in this process, so expect nothing then."""
        self._config = config
        self._form = form
        self._mapper = own or mapper(config, form.resource)
        self._pool: ProcessPoolExecutor | None = None

    @property
    def elsewhere(self) -> bool:
        """Whether mapping goes on in another process while this one does something else."""
        return self._pool is not None

    def expect(self, records: int) -> None:
        """Announce about how many records will be mapped, so that more processes can pay off."""
        if records >= WORTH_IT and self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(
                PROCESSES,
                context,
                initializer=_prepare_process,
                initargs=(self._config, self._form.vendor, self._form.resource),
            )

    def submit(self, payloads: Sequence[Payload]) -> "PendingMapping":
        """Start mapping. Nothing is lost when a process dies: the batch is mapped here then."""
        future: Future[list[MappingOutcome]] | None = None
        if self._pool is not None and payloads:
            try:
                future = self._pool.submit(_map_here, list(payloads))
            except BrokenProcessPool:
                self._pool = None
        return PendingMapping(future, lambda: map_all(self._mapper, self._form, payloads))

    def map_here(self, payload: Payload) -> MappingOutcome:
        """Map one record at once, in this process."""
        return _outcome(self._mapper, self._form, payload)

    def close(self) -> None:
        """End the other processes, if there are any."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


class PendingMapping:
    """A batch that is being mapped."""

    def __init__(
        self, future: "Future[list[MappingOutcome]] | None", here: Callable[[], list[MappingOutcome]]
    ) -> None:
        self._future = future
        self._here = here

    def result(self) -> list[MappingOutcome]:
        """The outcomes in the payloads' order; waits for them."""
        if self._future is not None:
            try:
                return self._future.result()
            except BrokenProcessPool:
                pass
        return self._here()


_here: list[tuple[Mapper, Form]] = []


def _prepare_process(config: MappingConfig, vendor: str, resource: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's business
    _here[:] = [(mapper(config, resource), Form(vendor, resource))]
    gc.freeze()
    gc.set_threshold(50_000)  # a batch makes many small objects and no cycles


def _map_here(payloads: Sequence[Payload]) -> list[MappingOutcome]:
    map_one, form = _here[0]
    return map_all(map_one, form, payloads)
