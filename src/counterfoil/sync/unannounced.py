"""Report the fields that change although the modified time of their records stands still.

Each pass rewrites such records. Where the connector does not know a field for it (`Reader.silent`), it may be
noise that means nothing, or a value that incremental passes never see.
"""

from collections.abc import Mapping

from counterfoil.mirror import coverage
from counterfoil.runs.context import RunContext

OPTION = "unannounced"
"""The option of a run with the fields seen so far, and how many records each."""


def add_to_run(context: RunContext, counts: Mapping[str, int]) -> None:
    """Add the counts of a batch to the run, in the caller's transaction. Call it just before `record_counts`."""
    found: dict[str, int] = context.run.options.setdefault(OPTION, {})
    for name, count in counts.items():
        found[name] = found.get(name, 0) + count
    context.lease.renew(options=context.run.options)


def save(context: RunContext, *, full: bool) -> None:
    """Store what the run has seen, in the transaction that ends it."""
    run = context.run
    before = coverage.load(run.connection_id, run.resource).unannounced
    after = coverage.passes_by_field(before, run.options.get(OPTION, {}), full=full)
    if after != before:
        coverage.save_unannounced(run.connection_id, run.resource, after)
