"""Bring the tables of our own database up to date: all pending migrations together, or none."""

from pathlib import Path
from typing import Any, NamedTuple

from django.core.management import call_command
from django.core.management.commands import migrate as django_migrate
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.transaction import TransactionManagementError

from counterfoil import messages
from counterfoil.errors import CounterfoilError, DatabaseBusy, DatabaseOutdated, DiskFull, UpgradeFailed
from counterfoil.mirror import adoption, requirements
from counterfoil.mirror.database import translate_error
from counterfoil.mirror.store import current_dialect


class Migrated(NamedTuple):
    """How many migrations were applied, and where the copy of the embedded file made before is."""

    migrations: int = 0
    copy: Path | None = None


def prepare() -> Migrated:
    """Create the tables where there are none, and migrate an embedded database.

    Raises DatabaseNewer where this program is too old for it, and DatabaseOutdated for a PostgreSQL that lacks
    migrations: several machines may share it, so a person chooses the time.
    """
    try:
        applied = MigrationRecorder(connection).applied_migrations()
        requirements.require_known(applied)
        missing = requirements.known_to_program() - applied.keys()
        if not missing:
            return Migrated()
        if applied and not current_dialect().embedded:
            raise DatabaseOutdated(
                messages.mirror.MIGRATIONS_MISSING(count=len(missing)), messages.mirror.RUN_MIGRATE()
            )
        return migrate()
    except DatabaseError as error:
        raise translate_error(error) or error from error


def migrate(*, copy_first: bool = True) -> Migrated:
    """Apply all migrations in one transaction, and adopt the tables of an older installation (see `adoption`).

    Only one process does so at a time; others wait and find nothing left to do. An embedded database is copied
    first. Raises UpgradeFailed, DatabaseBusy or DiskFull with everything as it was before.
    """
    upgrade = _Upgrade(copy_first)
    try:
        current_dialect().upgrade.begin()
        with current_dialect().upgrade.lock():
            if not upgrade.apply():
                return Migrated()
    except BaseException as error:
        upgrade.drop_copy()
        if isinstance(error, CounterfoilError) or not isinstance(error, Exception):
            raise
        raise upgrade.failure(error) from error
    current_dialect().optimize_migrated(compact=upgrade.adopts)
    if copy_first:
        current_dialect().upgrade.delete_old_copies()
    return Migrated(upgrade.count, upgrade.copy)


class _Upgrade:
    """One upgrade, and how far it is."""

    def __init__(self, copy_first: bool) -> None:
        self._copy_first = copy_first
        self.copy: Path | None = None
        self.count = 0
        self.adopts = False
        self._command = _Command()

    def apply(self) -> bool:
        """Apply what is pending, if anything. Needs the lock."""
        applied = MigrationRecorder(connection).applied_migrations()
        requirements.require_known(applied)
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if not plan:
            return False
        self.count = len(plan)
        self.adopts = adoption.is_needed()
        if self.adopts:
            adoption.require_last()
        if applied and self._copy_first:
            self.copy = current_dialect().upgrade.copy(requirements.program_version())
        if self.adopts:
            adoption.adopt()
        call_command(self._command, verbosity=0, interactive=False)
        return True

    def drop_copy(self) -> None:
        """Delete the copy: the database itself is as it was."""
        if self.copy is not None:
            self.copy.unlink(missing_ok=True)

    def failure(self, error: Exception) -> CounterfoilError:
        """Word why nothing was done."""
        while isinstance(error, TransactionManagementError) and isinstance(error.__context__, Exception):
            error = error.__context__  # what was raised first
        known = translate_error(error) if isinstance(error, DatabaseError) else None
        reason = (
            f"{type(error).__name__}: {error}".splitlines()[0][:200]
            if known is None
            else known.message.rstrip(".")
        )
        words = messages.mirror
        message = words.UPGRADE_NOT_BEGUN(reason=reason)
        if self._command.current:
            message = words.UPGRADE_FAILED(migration=self._command.current, reason=reason)
        if isinstance(known, DatabaseBusy | DiskFull):
            return type(known)(message, known.advice)
        return UpgradeFailed(message, words.KEEP_OLD_VERSION())


class _Command(django_migrate.Command):
    """Django's command, which says where it is, and leaves nothing to be checked to the next migration."""

    current = ""

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        if action == "apply_start":
            self.current = str(migration)
        elif action == "apply_success":
            current_dialect().upgrade.finish_migration()
        super().migration_progress_callback(action, migration, fake)
