"""Send what was changed here: edits, pushes, creations, conflicts."""
