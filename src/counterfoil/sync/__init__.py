"""One pass over a resource: plan, fetch, write, prove complete, delete, finish."""
