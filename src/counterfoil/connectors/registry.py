"""The connectors there are, by name."""

from collections.abc import Mapping

from counterfoil.connectors.contract import Connector
from counterfoil.connectors.file.connector import File
from counterfoil.connectors.robaws.connector import Robaws

CONNECTORS: Mapping[str, type[Connector]] = {Robaws.name: Robaws, File.name: File}
