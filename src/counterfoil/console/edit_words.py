"""Edits in words: why a customer cannot be edited, and what became of what was saved."""

from collections.abc import Sequence

from counterfoil.edits.making import Made
from counterfoil.mirror import catalog
from counterfoil.mirror.edit_values import label
from counterfoil.mirror.models import Connection, Customer, State


def barred(customer: Customer) -> str:
    """Why it cannot be edited; empty where it can."""
    if customer.state == State.TOMBSTONE:
        return "It was deleted upstream, so it cannot be edited."
    if customer.state == State.MERGED:
        return "It was merged into another customer, so it cannot be edited: edit that one."
    return ""


def saved(made: Made) -> str:
    """For the notice after a form."""
    parts = (
        (made.pending, "saved here and not confirmed upstream yet"),
        (made.here_only, "saved and kept here only"),
        (made.taken_back, "what the upstream says again"),
    )
    said = [f"{names(fields)} {'is' if len(fields) == 1 else 'are'} {words}." for fields, words in parts if fields]
    return " ".join(said) or "Nothing was changed."


def names(fields: Sequence[str]) -> str:
    """ "Phone, Mobile and City"."""
    labels = [label(field) for field in fields]
    return " and ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)


def never_written(connection: Connection) -> str:
    """Why nothing is written upstream; empty where something may be."""
    if catalog.writer(connection) is not None:
        return ""
    if catalog.can_be_written(connection):
        return f"{connection.called} is read-only: nothing is written upstream."
    return f"Nothing can be written to the upstream of {connection.called}."
