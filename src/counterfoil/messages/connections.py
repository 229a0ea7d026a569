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
KEY_MISSING = Template(
    "key_missing",
    "The encryption key is missing ({place}), and {count:,} stored secrets cannot be used without it.",
    one="The encryption key is missing ({place}), and the stored secret cannot be used without it.",
)
KEY_WRONG = Template(
    "key_wrong", "The encryption key in {place} is not the one that this database's secrets are encrypted with."
)
PUT_KEY_BACK = Template(
    "put_key_back",
    "Put the key back from your backup ({place} or COUNTERFOIL_KEY). If it is lost: `counterfoil keys replace`.",
)
KEY_NOT_IN_FILE = Template("key_not_in_file", "The encryption key is not in a file: {place} sets it.")
PUT_NEW_KEY_FIRST = Template(
    "put_new_key_first",
    "Put a new key in front of the others in {place} (`counterfoil keys new` makes one), restart, and try again.",
)
LEAVE_NEWEST_KEY = Template("leave_newest_key", "Leave only the first key in {place}, and restart.")
SECRET_OF_CONNECTION = Template("secret_of_connection", "{kind} of {connection}")
SECRET_OF_ENDPOINT = Template("secret_of_endpoint", "webhook secret of {connection} for {url}")
SECRET_OF_LOGIN = Template("secret_of_login", "a login that was started")
ENTER_CREDENTIALS = Template(
    "enter_credentials", "Enter them again: `{command}`, or on the connection's page in the console."
)
REGISTER_ENDPOINT_AGAIN = Template("register_endpoint_again", "Register it again: `{command}`.")
TOKEN_IS_RENEWED = Template("token_is_renewed", "Nothing to do: a new one is requested when it is needed.")
START_LOGIN_AGAIN = Template("start_login_again", "Nothing to do: start the login again.")
UNKNOWN_CONNECTOR = Template(
    "unknown_connector", "The connection {name} uses the connector {connector}, which is not installed."
)
CONNECTORS_ARE = Template("connectors_are", "The installed connectors are: {connectors}.")
