"""Background work: the worker's loop, the queue of runs, the handler of each kind, and the scheduler."""
