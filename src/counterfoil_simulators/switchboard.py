"""The current switches of a simulated upstream, changed all at once or not at all."""

import threading
from typing import Any

import msgspec


class SwitchBoard[S: msgspec.Struct]:
    """Holds the current switches; a change is validated and then applied for all threads at once."""

    def __init__(self, kind: type[S], **changes: Any) -> None:
        self._kind = kind
        self._lock = threading.Lock()
        self.now: S = kind()
        self.change(**changes)

    def change(self, **changes: Any) -> None:
        """Set switches by name. Raises ValueError for a wrong name or value, and changes nothing."""
        with self._lock:
            merged = msgspec.structs.asdict(self.now) | changes
            try:
                self.now = msgspec.convert(merged, self._kind)
            except msgspec.ValidationError as error:
                raise ValueError(str(error)) from error

    def all(self) -> dict[str, Any]:
        """Return name and value of every switch."""
        return msgspec.structs.asdict(self.now)
