"""Invented customers of a Belgian car and freight forwarder, identical for the same seed on every machine."""
