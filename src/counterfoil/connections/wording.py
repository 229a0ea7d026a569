"""The words for states, kinds and decisions that are stored as codes, for the console and the command line.

Words are lower case, for use inside a sentence; `sentence` starts one with them. Where they hold the name of a
system, escape them: a file may have any name.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from counterfoil.errors import InvalidSetting

if TYPE_CHECKING:
    from counterfoil.connectors.priority import Priority
    from counterfoil.mirror.models import Connection
    from counterfoil.mirror.sent_values import SentValue


def system(connection: "Connection") -> str:
    """Return what users call the connected system, as in "Robaws".

    A file is called by its own name, and a system whose connector cannot be loaded by that of the connector.
    """
    from counterfoil.connectors.registry import CONNECTORS

    path = connection.settings.get("path")
    if connection.connector == "file" and path:
        return Path(str(path)).name
    try:
        return CONNECTORS[connection.connector].title
    except (KeyError, InvalidSetting):
        return connection.connector


def possessive(name: str) -> str:
    """Return the possessive of a name, as in "Robaws'" or "the shop's"."""
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def sentence(words: str) -> str:
    """Return the words with their first letter in upper case, the others as they are."""
    return words[:1].upper() + words[1:]


def record_state(state: str, system: str) -> str:
    """Name the state of a record, as in "in Robaws" or "deleted"."""
    from counterfoil.mirror.enums import State

    return {
        State.PRESENT: f"in {system}",
        State.MISSING: "not found in the last full sync",
        State.UNLISTED: f"no longer listed in {system}",
        State.TOMBSTONE: "deleted",
        State.MERGED: "merged",
        State.LOCAL: f"not yet in {system}",
    }[State(state)]


def edit_state(state: str, system: str) -> str:
    """Name the state of an edit, as in "waiting to be sent"."""
    from counterfoil.mirror.edit_status import EditState

    return {
        EditState.WAITS: "waiting to be sent",
        EditState.REFUSED: f"rejected by {system}",
        EditState.CONFLICT: "in conflict",
        EditState.HERE_ONLY: "kept here only",
        EditState.HELD: "held back by its deletion",
        EditState.DELETION: "not deleted, to be confirmed again",
    }[EditState(state)]


def run_kind(kind: str) -> str:
    """Name what a run does, as in "full sync"."""
    from counterfoil.mirror.models import RunKind

    return {
        RunKind.FULL: "full sync",
        RunKind.INCREMENTAL: "changes only",
        RunKind.SINGLE: "one record",
        RunKind.REMAP: "mapping change",
        RunKind.SELECTION: "selected customers",
        RunKind.UNPAID: "unpaid invoices",
        RunKind.IMPORT: "import",
        RunKind.DETAILS: "details",
        RunKind.PUSH: "sending edits",
        RunKind.DELETIONS: "deletions",
    }[RunKind(kind)]


def run_state(state: str) -> str:
    """Name the state of a run, as in "completed" or "needs approval"."""
    from counterfoil.mirror.models import RunState

    return {RunState.PARKED: "waiting", RunState.SUPERSEDED: "replaced"}.get(
        RunState(state), state.replace("_", " ")
    )


def proposed_change(action: str, system: str) -> str:
    """Name what approving a run would do to a record, as in "would be renamed"."""
    from counterfoil.mirror.models import Action

    return {
        Action.VANISH: f"would be marked as not found, or as deleted once {system} confirms it",
        Action.RENAME: "would be renamed",
        Action.CREATE: "would be added",
        Action.CHANGE: "would be changed",
        Action.SETTLED: "no longer unpaid: would be read again",
        Action.DELETE: f"would be marked as deleted once {system} confirms it",
    }[Action(action)]


def approved_change(outcome: str, system: str) -> str:
    """Name what became of a record whose change was approved, as in "deleted"; "not yet" before that."""
    from counterfoil.mirror.enums import State

    if not outcome:
        return "not yet"
    return record_state(outcome, system) if outcome in State else "done"


def sent_value(value: "SentValue", system: str) -> str:
    """Return what people are told of a value that was sent: that it is invalid, and what the system has kept."""
    parts = (
        f"invalid ({value.invalid}), and sent to {system}" if value.invalid else "",
        f"{system} kept “{value.kept}” of “{value.value}”" if value.kept is not None else "",
    )
    return sentence("; ".join(filter(None, parts)))


def conflict_kind(kind: str, system: str) -> str:
    """Name what a conflict is about, as in "changed on both sides"."""
    from counterfoil.mirror.models import ConflictKind

    return {
        ConflictKind.BOTH: "changed on both sides",
        ConflictKind.DELETED: f"edited here, deleted in {system}",
        ConflictKind.OVERWRITTEN: f"we overwrote a change in {system}",
        ConflictKind.CREATED: f"may already exist in {system}",
    }[ConflictKind(kind)]


def decision(decision: str, system: str) -> str:
    """Name how a conflict ended, as in "our value kept"."""
    from counterfoil.mirror.models import Decision

    return {
        Decision.OURS: "our value kept",
        Decision.THEIRS: f"{possessive(system)} value kept",
        Decision.AGREED: "both sides agree now",
        Decision.WITHDRAWN: "one side was undone",
        Decision.RECREATE: "created again",
        Decision.DROP: "edits discarded",
        Decision.SAME: "same customer",
        Decision.NEW: "different customer",
    }[Decision(decision)]


def rule(rule: str, system: str) -> str:
    """Name what a rule for conflicts does, as in "Robaws wins"."""
    from counterfoil.mirror.enums import Rule

    return {
        Rule.ASK: "a person decides",
        Rule.UPSTREAM: f"{system} wins",
        Rule.OURS: "our value wins",
        Rule.FILL: f"our value wins only where {system} has none",
    }[Rule(rule)]


def calls(priority: "Priority") -> str:
    """Name what API calls were spent on, as in "users"."""
    from counterfoil.connections.budget import WORDS
    from counterfoil.connectors.priority import Priority

    return {Priority.PERSON: "users", Priority.PUSH: "edits"}.get(priority) or WORDS[priority]


def write_state(state: str, system: str) -> str:
    """Name how far a write to the system is, as in "sent"."""
    from counterfoil.mirror.models import WriteState

    return {
        WriteState.OPEN: "being sent",
        WriteState.UNKNOWN: "no answer yet",
        WriteState.DONE: "sent",
        WriteState.REFUSED: f"rejected by {system}",
        WriteState.FAILED: "not sent",
    }[WriteState(state)]


def schedule_kind(kind: str, system: str) -> str:
    """Name what a schedule starts, as in "full sync"."""
    from counterfoil.mirror.models import ScheduleKind

    return {
        ScheduleKind.INCREMENTAL: "changes only",
        ScheduleKind.FULL: "full sync",
        ScheduleKind.PUSH: f"send edits to {system}",
    }[ScheduleKind(kind)]
