"""Find who may be the same customer: candidates by key, scored by their evidence."""
