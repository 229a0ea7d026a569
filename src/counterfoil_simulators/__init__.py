"""Upstreams to run against: servers that speak the real wire formats, with faults and a clock you control.

Nothing here knows the rest of the product; each simulator is faithful to its upstream's contract only.
"""
