"""The screens of runs and of import problems."""
