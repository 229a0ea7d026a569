"""Import records that another app kept."""
