"""Sentences that are stored as a code with values, and put into words when they are shown.

One file per stage holds its sentences; a connector's stand in its own folder. A code never changes its meaning.
"""

from counterfoil.messages import connectors, edits, ingest, runs, sync, webhooks
from counterfoil.messages.message import Message, Template, join, load_unknown_codes_with, read, store

__all__ = [
    "Message",
    "Template",
    "connectors",
    "edits",
    "ingest",
    "join",
    "load_unknown_codes_with",
    "read",
    "runs",
    "store",
    "sync",
    "webhooks",
]
