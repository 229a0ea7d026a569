"""Why our own database cannot be used."""

from counterfoil.messages.message import Template

POSTGRESQL = Template("postgresql", "PostgreSQL")
EMBEDDED_DATABASE = Template("embedded_database", "the embedded database")

VALUE_REFUSED = Template("database_refused_value", "{database} cannot store one of the values ({kind}).")
CORRECT_VALUE = Template("correct_value", "Correct the value and try again. Nothing was written.")
DISK_FULL = Template("disk_full", "There is no space left for {database}.")
MAKE_ROOM = Template("make_room", "Free some space and sync again. What was written before is kept.")
DATABASE_DAMAGED = Template("database_damaged", "The embedded database is damaged.")
RESTORE_DATA = Template(
    "restore_data", "Restore the data folder from your backup, or move the file away and sync again."
)
DATABASE_INCONSISTENT = Template("database_inconsistent", "The embedded database is damaged ({reason}).")
COLUMNS_MISSING = Template("columns_missing", "This database is not up to date: {missing} is missing.")
RESTORE_COPY = Template(
    "restore_copy", "All migrations are marked as applied, so restore your backup, and report this."
)
DATABASE_REPLACED = Template(
    "database_replaced", "The file {path} was replaced, moved or deleted while Counterfoil was using it."
)
DATABASE_SHORTENED = Template(
    "database_shortened", "The file {path} was shortened while Counterfoil was using it."
)
START_AGAIN = Template(
    "start_again",
    "Nothing more is written, and what was written since may be missing. "
    "Stop all of Counterfoil, put the file in place, then start it again.",
)
DATABASE_LOCKED = Template("database_locked", "The embedded database is locked by another process.")
DATABASE_SLOW = Template("database_slow", "The database did not answer in time.")
WAIT_FOR_LOCK = Template("wait_for_lock", "Wait for it to finish and try again. Nothing was lost.")
NOT_WRITABLE = Template("not_writable", "There is no write access to {database}.")
CHECK_PERMISSIONS = Template("check_permissions", "Check the permissions of the data folder and try again.")
DATABASE_UNREACHABLE = Template("database_unreachable", "The connection to {database} failed ({reason}).")
CHECK_DATABASE_URL = Template(
    "check_database_url",
    "Check DATABASE_URL and whether the server runs, then try again. What was written before is kept.",
)
DATABASE_UNREADABLE = Template("database_unreadable", "The disk of {database} fails ({reason}).")
CHECK_DISK = Template("check_disk", "Check the disk and the system's log, then try again.")
POSTGRESQL_DAMAGED = Template("postgresql_damaged", "PostgreSQL reports that its files are damaged ({reason}).")
RESTORE_POSTGRESQL = Template("restore_postgresql", "Check the server's log, and restore your backup if needed.")
POSTGRESQL_LOCKED = Template("postgresql_locked", "PostgreSQL ended a wait for another process ({reason}).")
POSTGRESQL_READ_ONLY = Template(
    "postgresql_read_only", "The PostgreSQL server only allows reading, as a standby does ({reason})."
)
USE_WRITABLE_SERVER = Template("use_writable_server", "Set DATABASE_URL to the server that is written to.")
DATABASE_FORBIDDEN = Template("database_forbidden", "{database} refuses its user a right ({reason}).")
GRANT_RIGHT = Template("grant_right", "Grant it to the user in DATABASE_URL, or set another one.")
DATABASE_OUTDATED = Template("database_outdated", "This database is not up to date ({reason}).")
MIGRATE_OR_RESTORE = Template(
    "migrate_or_restore", "Run `counterfoil migrate`. If that finds nothing to do, restore your backup."
)
MIGRATIONS_MISSING = Template(
    "migrations_missing",
    "The database lacks {count:,} migrations of this version.",
    one="The database lacks 1 migration of this version.",
)
RUN_MIGRATE = Template("run_migrate", "Run `counterfoil migrate` while no other version uses it.")
DATABASE_NEWER = Template(
    "database_newer",
    "This database was upgraded by Counterfoil {version}, which is newer than this one ({migration}).",
)
UPDATE_PROGRAM = Template(
    "update_program",
    "Nothing was changed. Install that version instead of {version}, or restore the copy made before the upgrade.",
)
UPGRADE_FAILED = Template(
    "upgrade_failed", "The database could not be upgraded: {migration} failed ({reason}). It is as it was before."
)
UPGRADE_NOT_BEGUN = Template(
    "upgrade_not_begun", "The database could not be upgraded ({reason}). It is as it was before."
)
KEEP_OLD_VERSION = Template(
    "keep_old_version", "Go on with the version that you had, and report this with the log."
)
NO_ROOM_FOR_COPY = Template(
    "no_room_for_copy",
    "The database must be upgraded, and there is no room for the copy that is made first: it needs {needed:,} MB, "
    "and {free:,} MB are free in {folder}. Nothing was changed.",
)
MAKE_ROOM_AND_REPEAT = Template("make_room_and_repeat", "Free some space and try again.")
TOO_OLD_TO_UPGRADE = Template(
    "too_old_to_upgrade", "The database is from a version that is too old to upgrade ({missing} is missing)."
)
CONNECT_AGAIN = Template("connect_again", "Connect again in a new data folder, and sync.")
NO_ENCRYPTION_KEY = Template("no_encryption_key", "This project has no key to encrypt credentials with.")
SET_ENCRYPTION_KEY = Template(
    "set_encryption_key", "Set COUNTERFOIL_ENCRYPTION_KEYS to a list with a Fernet key, and back it up."
)
WOULD_BE_LOST = Template(
    "would_be_lost",
    "The upgrade was stopped: {count:,} invoices have a {column} that stands nowhere else. Nothing was changed.",
    one="The upgrade was stopped: 1 invoice has a {column} that stands nowhere else. Nothing was changed.",
)
KEEP_VERSION = Template("keep_version", "Keep using the version from before, and report this.")
