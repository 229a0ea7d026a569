"""Keep the life of a run: asked for, leased, carried out, reported."""
