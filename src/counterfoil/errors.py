"""Every error the product raises on purpose, grouped by what to do about it.

    CounterfoilError
    |-- RetryLater             nothing is wrong with us: the same thing may work later
    |   |-- Throttled            the upstream said "too many requests"
    |   |-- Unavailable          5xx, a gateway's HTML page, a timeout, a dropped connection
    |   |-- GarbledBody          200, but the body is cut off or is not what was asked for
    |   |-- AllowanceSpent       our own budget for today (or a block) forbids the call until a known time
    |   |-- OutcomeUnknown       a write was sent, and nobody knows whether it was carried out
    |   |-- ListingUnsteady      the upstream changed under every listing; no listing was provably complete
    |   `-- DatabaseBusy         our database is locked or unreachable
    |-- SkipRecord             one record is set aside, the rest goes on
    |   |-- BadRecord
    |   |-- Refused              the upstream does not take what was written to a record
    |   `-- NotThere             the record that was to be written is not there (any more)
    |-- NeedsPerson            somebody has to decide or to correct something
    |   |-- CredentialsRefused   the upstream does not accept the key
    |   |-- NotAllowed           the key is right but may not do this
    |   |-- WrongAddress         what answers there is not the upstream's API
    |   |-- NotFound             no such connection, run or record
    |   |-- Busy                 another run holds this connection
    |   |-- InvalidInput         a value or a file that somebody gave and that cannot be used
    |   |-- InvalidSetting       the configuration: an environment variable, a connection's setting
    |   `-- NotPossibleNow       right in itself, but the record or run is in no state for it
    `-- Fatal                  stop now; going on could do harm
        |-- LeaseLost            another process has taken this run over
        |-- DatabaseDamaged      its file is no database any more
        |-- DatabaseOutdated     the tables are not the ones this version expects
        |-- DiskFull
        `-- KeyUnusable          the encryption key is missing or cannot open a secret

A message says what happened and to which record; `advice` says what to do next.
Neither ever holds a secret or a customer's personal data.
"""

from collections.abc import Mapping
from datetime import datetime

from counterfoil import messages


class CounterfoilError(Exception):
    """Base of the tree. `exit_code` is what the command line ends with."""

    exit_code = 1

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """Message and advice, with the codes they were made of: what a column keeps of an error."""
        return messages.join(self.message, self.advice)


def describe(error: BaseException) -> str:
    """Return what a column keeps of an error: its sentences, or only its kind where it is none of ours."""
    if isinstance(error, CounterfoilError):
        return error.text
    return messages.join(messages.runs.UNEXPECTED(kind=type(error).__name__), messages.runs.SEE_LOG())


class RetryLater(CounterfoilError):
    """The same call may succeed later without anybody doing anything."""

    exit_code = 75  # EX_TEMPFAIL of sysexits.h


class Throttled(RetryLater):
    """429. `pause` is the number of seconds the upstream asked for, if it said so."""

    def __init__(self, message: str, advice: str = "", *, pause: float | None = None) -> None:
        super().__init__(message, advice)
        self.pause = pause


class Unavailable(RetryLater):
    """The upstream is down, or something between us and it is."""


class InvalidResponse(RetryLater):
    """A successful status with a body that cannot be what was asked for."""


class QuotaExhausted(RetryLater):
    """No call may be made on this connection before `until`."""

    def __init__(self, message: str, advice: str = "", *, until: datetime) -> None:
        super().__init__(message, advice)
        self.until = until


class OutcomeUnknown(RetryLater):
    """A write was sent and its answer did not come, or said nothing. It is looked up, never simply tried again."""


class IncompleteListing(RetryLater):
    """Several listings in a row did not prove themselves complete."""


class DatabaseBusy(RetryLater):
    """Our own database is locked or cannot be reached."""


class SkipRecord(CounterfoilError):
    """One record cannot be taken in; the others can."""


class BadRecord(SkipRecord):
    """A record whose content cannot be understood."""


class WriteRejected(SkipRecord):
    """A write that the upstream does not take. `fields` are its own words by the path that they speak of; "" is
    the whole record. They may hold what was written, so they are shown and never logged."""

    def __init__(self, message: str, advice: str = "", *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message, advice)
        self.fields: Mapping[str, str] = fields or {}


class RecordGone(SkipRecord):
    """The upstream itself says that the record to be written does not exist."""


class NeedsPerson(CounterfoilError):
    """Nothing changes until a person does something."""


class CredentialsRefused(NeedsPerson):
    """401 that is not a temporary block."""


class NotAllowed(NeedsPerson):
    """403."""


class WrongAddress(NeedsPerson):
    """The address answers, but not as the upstream's API."""


class NotFound(NeedsPerson):
    """No such connection, run, customer, file or column."""


class Busy(NeedsPerson):
    """Another live process is running on the same connection."""


class InvalidInput(NeedsPerson):
    """Reject a value, an option or a file that somebody gave."""

    exit_code = 2


class InvalidSetting(NeedsPerson):
    """Reject configuration: an environment variable, or what a connection is set to."""

    exit_code = 2


class NotPossibleNow(NeedsPerson):
    """Reject what would be right for a record, run or connection in another state."""

    exit_code = 2


class Fatal(CounterfoilError):
    """Going on could do harm."""

    exit_code = 70  # EX_SOFTWARE


class LeaseLost(Fatal):
    """The run was taken over by another process while this one was paused."""


class DatabaseDamaged(Fatal):
    """The embedded database's file cannot be read as one."""


class DatabaseOutdated(Fatal):
    """Migrations are missing."""


class DiskFull(Fatal):
    """The database could not be written for lack of space."""


class KeyUnusable(Fatal):
    """Secrets cannot be read with the key at hand."""
