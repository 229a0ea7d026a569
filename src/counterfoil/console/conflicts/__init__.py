"""The screens of conflicts."""
