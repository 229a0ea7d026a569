"""List a resource once: plan, fetch, write, prove complete, delete, finish."""
