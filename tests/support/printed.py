"""What tests have measured for people to read: printed at the end of a round, whichever process ran them."""

PRINTED = "printed"
"""The name of the property (`record_property`) whose text is printed."""
