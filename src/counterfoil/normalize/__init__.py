"""From what people typed to what machines can compare. Pure functions: no I/O, no clock, no settings."""
