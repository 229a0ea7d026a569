"""Keep what belongs to one connection: credentials, tokens, budget, schedules, and who may see it."""
