"""The first screen: how each connection does, and what happened lately."""
