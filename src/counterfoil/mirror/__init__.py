"""The heart: the mirrored records and the engine that keeps them true to the upstream."""
