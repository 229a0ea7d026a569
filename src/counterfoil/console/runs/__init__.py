"""The screens of runs and of quarantined records."""
