"""Turn observations into rows: order, map, merge edits, guard, write. The one way in."""
