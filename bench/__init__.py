"""`make bench`: measures the product against a lower bound of the work, the ceiling, in the same run."""
