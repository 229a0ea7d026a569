"""The parts of invented records for any upstream: dice, names, places, phones, numbers."""
