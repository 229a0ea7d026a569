"""What a run says of how it ended."""

from counterfoil.messages.message import Template

INTERRUPTED = Template("interrupted", "Interrupted; when resumed, it continues where it stopped.")
GIVEN_UP = Template("given_up", "It had failed, and a user decided that it is not resumed.")
PROCESS_DIED = Template("process_died", "Its process ended unexpectedly.")
REPLACED = Template("replaced", "Replaced by run {run}.")
TOO_OLD = Template("too_old", "Too old to resume; run {run} starts over.")
ACCESS_LOST = Template("access_lost", "The user who requested it no longer has access to this connection.")
UNEXPECTED = Template("unexpected", "Unexpected error ({kind}).")
SEE_LOG = Template("see_log", "The log has the details.")
TAKEN_OVER = Template(
    "taken_over", "Run {run} was taken over by another process (or cancelled) while this one was paused."
)
STOPPED_WRITING = Template("stopped_writing", "This process has stopped writing. See `counterfoil status`.")
PAUSED = Template("paused_by_user", "Its connection was paused; it continues when the connection is resumed.")
CONNECTION_REMOVED = Template("connection_removed", "Its connection was removed.")
