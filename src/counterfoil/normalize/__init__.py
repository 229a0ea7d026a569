"""Turn what people typed into comparable values. Pure functions: no I/O, no clock, no settings."""
