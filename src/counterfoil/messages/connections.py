"""Why a connection cannot be used now."""

from counterfoil.messages.message import Template

NO_CALLS_NOW = Template("no_calls_now", "No calls to {system} are possible now: {reason}.")
DAY_USED_UP = Template("day_used_up", "today's calls are used up")
KEPT_FOR_PEOPLE = Template(
    "kept_for_people",
    "the last {count:,} calls of today are reserved for users",
    one="the last call of today is reserved for users",
)
KEPT_FOR_OTHER_WORK = Template(
    "kept_for_other_work",
    "the last {count:,} calls of today are kept for other work",
    one="the last call of today is kept for other work",
)
PAUSE_REQUESTED = Template("pause_requested", "it asked for a pause")
OTHER_WORK_FIRST = Template("other_work_first", "other work goes first")

CREDENTIALS_UNREADABLE = Template(
    "credentials_unreadable", "The stored credentials cannot be decrypted with this installation's key."
)
RESTORE_KEY = Template(
    "restore_key", "Restore the key file or COUNTERFOIL_KEY from your backup, or enter the credentials again."
)
UNKNOWN_CONNECTOR = Template(
    "unknown_connector", "The connection {name} uses the connector {connector}, which is not installed."
)
CONNECTORS_ARE = Template("connectors_are", "The installed connectors are: {connectors}.")
