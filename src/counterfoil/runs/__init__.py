"""The life of a run: requested, leased, executed, reported."""
