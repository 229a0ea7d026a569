"""The verbs on edits: make, settle, push, create."""
