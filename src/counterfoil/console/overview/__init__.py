"""The first screen: the status of each connection, and what happened lately."""
