"""Work in the background: the loop, which run is next, what carries it out, and the schedules."""
