"""Map payloads, the most expensive step of a first mirror: in processes of their own where there are many."""

import gc
import multiprocessing
import signal
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Any, NamedTuple

import orjson

from counterfoil import messages
from counterfoil.errors import SkipRecord
from counterfoil.mapping.mapper import Mapped, Mapper, MappingConfig
from counterfoil.mapping.mappers import mapper
from counterfoil.mirror import storable
from counterfoil.mirror.row import Form, Prepared, RowFormat, RowMeta, prepare_record
from counterfoil.normalize.spelling import spelled


class Payload(NamedTuple):
    """What is to be mapped.

    With `new` the record has no row to compare with: it comes back ready to be written, its canonical hash filled
    in. `edits` are our values by field; they replace the upstream's. `name_before` is the upstream's name so far,
    for a payload without one.
    """

    external_id: str
    raw: bytes
    new: RowMeta | None = None
    edits: Mapping[str, Any] | None = None
    name_before: str = ""


type MappingOutcome = Mapped | Prepared | str
"""A mapped record, one ready to be written, or a sentence that says why it could not be mapped."""

PROCESSES = 2
"""Mapping processes, besides this one, which fetches, and the database: two keep two cores busy all the time."""
RECORDS_FOR_PROCESSES = 20_000
"""From this many records on, processes are started: starting them costs about as much as mapping so many."""


MOST_REMEMBERED = 500_000
"""Words of the vocabulary that a process remembers to have passed on, before it begins anew."""


def map_all(map_one: Mapper, form: Form, payloads: Sequence[Payload], passed_on: set[str]) -> list[MappingOutcome]:
    """Map payloads one by one; a bad one never stops the rest (DESIGN law 9).

    Of the words for the vocabulary only those are left that are not in `passed_on`, which grows by them.
    """
    if len(passed_on) > MOST_REMEMBERED:
        passed_on.clear()
    return [_outcome(map_one, form, payload, passed_on) for payload in payloads]


def _new_words(found: Sequence[str], passed_on: set[str]) -> Sequence[str]:
    new = spelled(word for word in found if word not in passed_on)
    passed_on.update(new)
    return new


def _outcome(map_one: Mapper, form: Form, payload: Payload, passed_on: set[str]) -> MappingOutcome:
    try:
        storable.require_shallow(payload.raw)
        record = map_one.decode(payload.raw)
        mapped = map_one(payload.external_id, record, payload.edits, payload.name_before)
        storable.require_storable(form.resource, payload.raw, record, mapped.values, mapped.invalid)
        new = _new_words(mapped.spelled, passed_on) if mapped.spelled else ()
        if payload.new is None:
            return mapped._replace(spelled=new) if mapped.spelled else mapped
        digest = map_one.digest(record)
        return prepare_record(form, payload.external_id, mapped, payload.new, digest, spelled=new)
    except SkipRecord as error:
        return error.text
    except orjson.JSONDecodeError:
        return messages.ingest.RECORD_NOT_JSON()
    except Exception as error:
        return messages.ingest.RECORD_NOT_MAPPED(kind=type(error).__name__)


class MappingPool:
    """Maps batches of one resource of a connection, with one configuration, into one form. Close it after use."""

    def __init__(self, config: MappingConfig, form: Form, own_mapper: Mapper | None = None) -> None:
        """`own_mapper` replaces the connection's mapper. Do not call `expect` then: other processes lack it."""
        self._config = config
        self._form = form
        self._mapper = own_mapper or mapper(config, form.resource)
        self._pool: ProcessPoolExecutor | None = None
        self._passed_on: set[str] = set()
        self._new_words: set[str] = set()
        self._known_words: set[str] = set()

    def configure(self, config: MappingConfig) -> None:
        """Map by another configuration from now on. Call it before `expect`."""
        self._config = config
        self._mapper = mapper(config, self._form.resource)

    @property
    def elsewhere(self) -> bool:
        """Whether other processes map while this one does something else."""
        return self._pool is not None

    def expect(self, records: int) -> None:
        """Announce about how many records will be mapped, and start processes where that pays off."""
        if records >= RECORDS_FOR_PROCESSES and self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(
                PROCESSES,
                context,
                initializer=_start_process,
                initargs=(self._config, self._form.row_format, self._form.resource),
            )

    def submit(self, payloads: Sequence[Payload]) -> "PendingMapping":
        """Start mapping a batch. Where a process dies, its batch is mapped in this process instead."""
        future: Future[list[MappingOutcome]] | None = None
        if self._pool is not None and payloads:
            try:
                future = self._pool.submit(_map_in_process, list(payloads))
            except BrokenProcessPool:
                self._pool = None
        return PendingMapping(future, lambda: self._map_all(payloads), self._collect)

    def map_here(self, payload: Payload) -> MappingOutcome:
        """Map one record at once, in this process."""
        (outcome,) = self._map_all([payload])
        self._collect([outcome])
        return outcome

    @property
    def new_words(self) -> set[str]:
        """Words of mapped records that the connection's vocabulary may lack."""
        return self._new_words - self._known_words

    def add_known(self, words: set[str]) -> None:
        """Remember that the vocabulary has these words."""
        self._known_words |= words
        self._new_words.clear()

    def _map_all(self, payloads: Sequence[Payload]) -> list[MappingOutcome]:
        return map_all(self._mapper, self._form, payloads, self._passed_on)

    def _collect(self, outcomes: Sequence[MappingOutcome]) -> None:
        for outcome in outcomes:
            if not isinstance(outcome, str) and outcome.spelled:
                self._new_words.update(outcome.spelled)

    def close(self) -> None:
        """End the mapping processes, if there are any."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


class PendingMapping:
    """A batch that is being mapped. `map_here` maps it in this process, where there is no other or it dies."""

    def __init__(
        self,
        future: "Future[list[MappingOutcome]] | None",
        map_here: Callable[[], list[MappingOutcome]],
        collect: Callable[[Sequence[MappingOutcome]], None],
    ) -> None:
        self._future = future
        self._map_here = map_here
        self._collect = collect

    def result(self) -> list[MappingOutcome]:
        """Wait for the outcomes; they come in the order of the payloads."""
        outcomes: list[MappingOutcome] | None = None
        if self._future is not None:
            with suppress(BrokenProcessPool):
                outcomes = self._future.result()
        if outcomes is None:
            outcomes = self._map_here()
        self._collect(outcomes)
        return outcomes


_process_mapper: list[tuple[Mapper, Form, set[str]]] = []
"""The one mapper of a mapping process; empty elsewhere."""


def _start_process(config: MappingConfig, row_format: RowFormat, resource: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process handles Ctrl-C
    _process_mapper[:] = [(mapper(config, resource), Form(row_format, resource), set())]
    gc.freeze()
    gc.set_threshold(50_000)  # a batch makes many small objects and no cycles


def _map_in_process(payloads: Sequence[Payload]) -> list[MappingOutcome]:
    map_one, form, passed_on = _process_mapper[0]
    return map_all(map_one, form, payloads, passed_on)
