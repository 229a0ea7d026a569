"""Mapping is the dearest step of a first mirror: big ones use a second process, small ones do it in place."""

import multiprocessing
import signal
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import orjson

from counterfoil.connectors.mapping import Mapped, Mapper, MappingConfig
from counterfoil.connectors.registry import mapper
from counterfoil.errors import SkipRecord

type Payload = tuple[str, bytes]
type Outcome = Mapped | str
"""A mapped record, or the reason in words why it could not be mapped."""

WORTH_A_PROCESS = 20_000
"""Records to map: starting a process costs as much as mapping about so many."""


def map_all(map_one: Mapper, payloads: Sequence[Payload]) -> list[Outcome]:
    """Map payloads one by one; a bad one never stops the rest (DESIGN law 9)."""
    return [_outcome(map_one, external_id, raw) for external_id, raw in payloads]


def _outcome(map_one: Mapper, external_id: str, raw: bytes) -> Outcome:
    try:
        return map_one(external_id, orjson.loads(raw))
    except SkipRecord as error:
        return error.message
    except Exception as error:
        return f"It cannot be mapped ({type(error).__name__})."


class MappingPool:
    """Maps batches of one connection, with one configuration. Close it after the run."""

    def __init__(self, config: MappingConfig) -> None:
        self._config = config
        self._mapper = mapper(config)
        self._pool: ProcessPoolExecutor | None = None

    @property
    def elsewhere(self) -> bool:
        """Whether mapping goes on in another process while this one does something else."""
        return self._pool is not None

    def expect(self, records: int) -> None:
        """Announce about how many records will be mapped, so that a second process can pay off."""
        if records >= WORTH_A_PROCESS and self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, context, initializer=_prepare, initargs=(self._config,))

    def submit(self, payloads: Sequence[Payload]) -> "Future[list[Outcome]]":
        """Start mapping; the result comes in the payloads' order."""
        if self._pool is not None:
            try:
                return self._pool.submit(_map_here, list(payloads))
            except BrokenProcessPool:
                self._pool = None
        done: Future[list[Outcome]] = Future()
        done.set_result(map_all(self._mapper, payloads))
        return done

    def close(self) -> None:
        """End the second process, if there is one."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


_here: list[Mapper] = []


def _prepare(config: MappingConfig) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's business
    _here[:] = [mapper(config)]


def _map_here(payloads: Sequence[Payload]) -> list[Outcome]:
    return map_all(_here[0], payloads)
