"""Where the encryption keys of an install come from: a list that is set, or a file that can be written."""

from collections.abc import Sequence
from typing import Protocol


class KeySource(Protocol):
    """Keys, newest first: the first one encrypts, all of them decrypt."""

    @property
    def place(self) -> str:
        """The file or variable they stand in, for people."""

    @property
    def can_write(self) -> bool:
        """Whether `write` and `create` work."""

    def read(self) -> Sequence[str]:
        """Return the keys as they are now; none where there are none yet. Raises KeyUnusable."""

    def create(self) -> None:
        """Make the first key, unless there is one by now."""

    def write(self, keys: Sequence[str]) -> None:
        """Replace all keys at once."""


class FixedKeys:
    """Keys that only the settings of a project or the environment can change."""

    can_write = False

    def __init__(self, keys: Sequence[str], place: str) -> None:
        self._keys = tuple(keys)
        self.place = place

    def read(self) -> Sequence[str]:
        return self._keys

    def create(self) -> None:
        """Do nothing: somebody has to set one."""

    def write(self, keys: Sequence[str]) -> None:
        """Refuse: callers look at `can_write`."""
        raise NotImplementedError
