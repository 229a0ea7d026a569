"""Read and write one upstream system each. Plain Python: no Django and no database.

A connector implements `Connector` and `Collection` of `port.py`, and a `Reader` (`reader_port.py`); what is in
`write_port.py` and `webhook_port.py` is optional. docs/connectors.md is the guide.
"""
