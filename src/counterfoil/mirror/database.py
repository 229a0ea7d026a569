"""Our own database: migrations, closing, and its errors in plain words."""

from django.db import Error as DatabaseFault
from django.db import OperationalError, connections

from counterfoil import messages
from counterfoil.errors import (
    BadRecord,
    CounterfoilError,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseOutdated,
    DatabaseReplaced,
    DiskFull,
    NotAllowed,
)
from counterfoil.mirror.store import current_dialect
from counterfoil.mirror.store.problem import DatabaseProblem

words = messages.mirror


def close() -> None:
    """Close this thread's connections, and leave everything written in the embedded database's one file.

    Where another process has it open, its write-ahead log stays beside it.
    """
    connections.close_all()
    current_dialect().merge_log()


def translate_error(error: DatabaseFault) -> CounterfoilError | None:
    """Turn a database error that a person can do something about into one of ours; None for any other."""
    dialect = current_dialect()
    if dialect.refuses_value(error):
        return _value_refused(error)
    problem = dialect.problem(error)
    return None if problem is None else _WORDED[problem](_first_line(error))


def _value_refused(error: DatabaseFault) -> BadRecord:
    """Word the error without its text, which may repeat the value."""
    kind = type(error.__cause__ or error).__name__
    return BadRecord(words.VALUE_REFUSED(database=current_dialect().title(), kind=kind), words.CORRECT_VALUE())


def _full(_: str) -> CounterfoilError:
    return DiskFull(words.DISK_FULL(database=current_dialect().title()), words.MAKE_ROOM())


def _damaged(reason: str) -> CounterfoilError:
    if current_dialect().embedded:
        return DatabaseDamaged(words.DATABASE_DAMAGED(), words.RESTORE_DATA())
    return DatabaseDamaged(words.POSTGRESQL_DAMAGED(reason=reason), words.RESTORE_POSTGRESQL())


def _locked(reason: str) -> CounterfoilError:
    is_file = current_dialect().embedded
    message = words.DATABASE_LOCKED() if is_file else words.POSTGRESQL_LOCKED(reason=reason)
    return DatabaseBusy(message, words.WAIT_FOR_LOCK())


def _read_only(reason: str) -> CounterfoilError:
    if current_dialect().embedded:
        return DatabaseBusy(words.NOT_WRITABLE(database=current_dialect().title()), words.CHECK_PERMISSIONS())
    return DatabaseBusy(words.POSTGRESQL_READ_ONLY(reason=reason), words.USE_WRITABLE_SERVER())


def _forbidden(reason: str) -> CounterfoilError:
    database = current_dialect().title()
    return NotAllowed(words.DATABASE_FORBIDDEN(database=database, reason=reason), words.GRANT_RIGHT())


def _outdated(reason: str) -> CounterfoilError:
    return DatabaseOutdated(words.DATABASE_OUTDATED(reason=reason), words.MIGRATE_OR_RESTORE())


def _unreadable(reason: str) -> CounterfoilError:
    database = current_dialect().title()
    return DatabaseBusy(words.DATABASE_UNREADABLE(database=database, reason=reason), words.CHECK_DISK())


def _unreachable(reason: str) -> CounterfoilError:
    database = current_dialect().title()
    return DatabaseBusy(words.DATABASE_UNREACHABLE(database=database, reason=reason), words.CHECK_DATABASE_URL())


_WORDED = {
    DatabaseProblem.FULL: _full,
    DatabaseProblem.DAMAGED: _damaged,
    DatabaseProblem.LOCKED: _locked,
    DatabaseProblem.READ_ONLY: _read_only,
    DatabaseProblem.FORBIDDEN: _forbidden,
    DatabaseProblem.OUTDATED: _outdated,
    DatabaseProblem.UNREADABLE: _unreadable,
    DatabaseProblem.UNREACHABLE: _unreachable,
}


def is_outage(error: BaseException) -> bool:
    """Tell whether the database cannot be used at present, whatever is asked of it."""
    if isinstance(error, DatabaseReplaced):
        return True
    dialect = current_dialect()
    if dialect.refuses_value(error):
        return False
    return isinstance(error, OperationalError) or dialect.problem(error) is not None


def _first_line(error: DatabaseFault) -> str:
    """Return the driver's first line; it names host, port and user, never a password."""
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
