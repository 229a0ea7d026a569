"""Invented customers of a Belgian car and freight forwarder, the same for the same seed on every machine."""
