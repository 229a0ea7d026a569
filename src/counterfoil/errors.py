"""All errors that are raised on purpose, grouped by what to do about them.

    CounterfoilError
    |-- RetryLater             temporary: the same call may work later
    |   |-- Throttled            the upstream received too many requests
    |   |-- Unavailable          5xx, a gateway's HTML page, a timeout, a dropped connection
    |   |   `-- Unreachable         no connection can be made: nothing was sent
    |   |       `-- NotTrusted          its certificate is refused, or it speaks no TLS
    |   |-- InvalidResponse      a successful status with a body that is cut off or of the wrong kind
    |   |   `-- ResponseTooLarge   more than any real response has; the rest was not read
    |   |-- QuotaExhausted       our own budget for today (or a block) allows no call until a known time
    |   |-- OutcomeUnknown       a write was sent, and it is unknown whether it was carried out
    |   |-- IncompleteListing    the upstream changed during every listing; none was provably complete
    |   |-- Unconfirmed          everything was listed, but what was not found could not be read
    |   |-- DatabaseBusy         our database is locked or unreachable
    |   |-- TooManyTries         wrong passwords: no other is checked until a known time
    |   `-- TooManyAtOnce        more passwords to check than are checked at once
    |-- SkipRecord             one record is quarantined, the others go on
    |   |-- BadRecord            its content cannot be understood
    |   |-- ReadRefused          the upstream gives other records, but not this one
    |   |-- WriteRejected        the upstream rejects the values that were written
    |   `-- RecordGone           the record to be written does not exist (any more)
    |-- NeedsPerson            a user has to decide or to correct something
    |   |-- CredentialsRefused   the upstream does not accept the key
    |   |-- NotAllowed           the key is valid but may not do this
    |   |   `-- WriteForbidden      ... to this record, as far as is known
    |   |-- WrongAddress         the address is not that of the upstream's API
    |   |-- NotFound             no such connection, run, record, file or column
    |   |-- Busy                 another run is using this connection
    |   |-- InvalidInput         a value, an option or a file that cannot be used
    |   |   |-- DoubtfulInput      values that cannot be right, which a person may keep all the same
    |   |   `-- FormInDoubt        a column of amounts or dates that can be read in two ways
    |   |-- InvalidSetting       configuration: an environment variable, a connection's setting
    |   `-- NotPossibleNow       valid, but not in the present state of the record, run or connection
    `-- Fatal                  stop now; continuing could do harm
        |-- LeaseLost            another process has taken over this run
        |-- DatabaseDamaged      its file is no database any more
        |-- DatabaseReplaced     its file was replaced, moved or deleted while it was open
        |-- DatabaseOutdated     the tables are not those that this version expects
        |-- DatabaseNewer        a newer version has changed the tables
        |-- UpgradeFailed        the tables could not be changed; they are as before
        |-- DiskFull
        `-- KeyUnusable          the encryption key is missing or cannot decrypt a secret

`message` says what happened and to which record; `advice` says what to do next. Neither ever holds a secret or a
customer's personal data. Where a column keeps them they are made of `messages` templates.
"""

from collections.abc import Mapping
from datetime import datetime

from counterfoil import messages


class CounterfoilError(Exception):
    """The base of all errors. `exit_code` is the exit status of the command line."""

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
    """Return what a column keeps of an error: its text, or for errors of other code only their class."""
    if isinstance(error, CounterfoilError):
        return error.text
    return messages.join(messages.runs.UNEXPECTED(kind=type(error).__name__), messages.runs.SEE_LOG())


class RetryLater(CounterfoilError):
    """The same call may succeed later without any action."""

    exit_code = 75  # EX_TEMPFAIL of sysexits.h


class Throttled(RetryLater):
    """The upstream answered 429: too many requests."""


class Unavailable(RetryLater):
    """The upstream, or the network on the way to it, is down."""


class Unreachable(Unavailable):
    """No connection to the upstream can be made, so no request was sent."""


class NotTrusted(Unreachable):
    """No encrypted connection can be made: the certificate is refused, or the other side speaks no TLS."""


class InvalidResponse(RetryLater):
    """A successful status with a body that is cut off or of the wrong kind."""


class ResponseTooLarge(InvalidResponse):
    """A response larger than any real one; the rest of it was not read."""


class QuotaExhausted(RetryLater):
    """No call may be made for this connection before `until`."""

    def __init__(self, message: str, advice: str = "", *, until: datetime) -> None:
        super().__init__(message, advice)
        self.until = until


class OutcomeUnknown(RetryLater):
    """A write was sent, and no response tells whether it was carried out. It is looked up, never just repeated.

    `may_land`: it may still be under way, as after a timeout, so a look at once does not prove that it failed.
    """

    def __init__(self, message: str, advice: str = "", *, may_land: bool = False) -> None:
        super().__init__(message, advice)
        self.may_land = may_land


class IncompleteListing(RetryLater):
    """Several listings in a row were not provably complete."""


class Unconfirmed(RetryLater):
    """A listing was complete, but the records that it did not hold could not be read one by one."""


class DatabaseBusy(RetryLater):
    """Our own database is locked or unreachable."""


class TooManyTries(RetryLater):
    """So many wrong passwords were given that none is checked before `until`."""

    def __init__(self, message: str, advice: str = "", *, until: datetime) -> None:
        super().__init__(message, advice)
        self.until = until


class TooManyAtOnce(RetryLater):
    """More passwords wait to be checked than are checked at once."""


class SkipRecord(CounterfoilError):
    """One record cannot be processed; the others can."""


class BadRecord(SkipRecord):
    """A record whose content cannot be understood."""


class ReadRefused(SkipRecord):
    """The upstream refuses to give one record (400, 403, 409 and the like).

    `of_resource` is the error to raise in its place if the upstream gives no record of this kind at all.
    """

    def __init__(self, message: str, advice: str = "", *, of_resource: CounterfoilError) -> None:
        super().__init__(message, advice)
        self.of_resource = of_resource


class WriteRejected(SkipRecord):
    """The upstream rejected a write.

    `fields` are the upstream's own messages by path; "" stands for the whole record. They may repeat what was
    written, so they are shown and never logged. A NUL in them, which not every database stores, is left out.
    """

    def __init__(self, message: str, advice: str = "", *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message, advice)
        said = fields or {}
        self.fields: Mapping[str, str] = {_plain(path): _plain(words) for path, words in said.items()}


def _plain(text: str) -> str:
    return text.replace("\x00", "")


class RecordGone(SkipRecord):
    """The upstream says that the record to be written does not exist."""


class NeedsPerson(CounterfoilError):
    """A user has to act before this can work."""


class CredentialsRefused(NeedsPerson):
    """The upstream does not accept the credentials (401, except for a temporary block)."""


class NotAllowed(NeedsPerson):
    """The upstream accepts the credentials but forbids the call (403)."""


class WriteForbidden(NotAllowed):
    """The upstream forbids to write a record (403). Others may still be written, or none at all."""


class WrongAddress(NeedsPerson):
    """The address answers, but not as the upstream's API does."""


class NotFound(NeedsPerson):
    """No such connection, run, customer, file or column."""


class Busy(NeedsPerson):
    """Another live process is using the connection."""


class InvalidInput(NeedsPerson):
    """A value, an option or a file cannot be used."""

    exit_code = 2


class DoubtfulInput(InvalidInput):
    """Values that cannot be right, which a person may keep all the same. `fields` has the reason for each."""

    def __init__(self, message: str, advice: str = "", *, fields: Mapping[str, str]) -> None:
        super().__init__(message, advice)
        self.fields = fields


class FormInDoubt(InvalidInput):
    """A column of amounts or dates that can be read in two ways. `matter` names the option that decides."""

    def __init__(self, message: str, advice: str, matter: str) -> None:
        super().__init__(message, advice)
        self.matter = matter


class InvalidSetting(NeedsPerson):
    """An environment variable or a connection's setting cannot be used."""

    exit_code = 2


class NotPossibleNow(NeedsPerson):
    """The request is valid, but not in the present state of the record, run or connection."""

    exit_code = 2


class Fatal(CounterfoilError):
    """Continuing could do harm."""

    exit_code = 70  # EX_SOFTWARE


class LeaseLost(Fatal):
    """Another process took over the run while this one was paused."""


class DatabaseDamaged(Fatal):
    """The file of the embedded database is damaged."""


class DatabaseReplaced(Fatal):
    """The embedded database is not the file that this process has open any more: what it writes is lost."""


class DatabaseOutdated(Fatal):
    """The database lacks migrations of this version."""


class DatabaseNewer(Fatal):
    """A newer version has changed the database in a way that this one does not know."""


class UpgradeFailed(Fatal):
    """A migration failed; everything is as it was before."""


class DiskFull(Fatal):
    """The disk is too full to write to the database."""


class KeyUnusable(Fatal):
    """The encryption key is missing or invalid, or cannot decrypt a secret."""
