"""Simulated upstreams: servers that use the real wire formats, with faults and a clock that tests control.

This package imports nothing of the rest of the product; each simulator follows its upstream's contract only.
"""
