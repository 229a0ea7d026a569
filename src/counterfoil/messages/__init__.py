"""Sentences that are stored as a code with values, and put into words when they are shown.

One file per stage holds its sentences; a connector's stand in its own folder. A code never changes its meaning.
"""

from counterfoil.messages import connections, connectors, edits, imports, ingest, mirror, runs, sync, webhooks
from counterfoil.messages.message import Message, Template, join, load_unknown_codes_with, read, store

__all__ = [
    "Message",
    "Template",
    "connections",
    "connectors",
    "edits",
    "imports",
    "ingest",
    "join",
    "load_unknown_codes_with",
    "mirror",
    "read",
    "runs",
    "store",
    "sync",
    "webhooks",
]
