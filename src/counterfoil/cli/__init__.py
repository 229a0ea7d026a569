"""The `counterfoil` command: one file per verb, thin."""
