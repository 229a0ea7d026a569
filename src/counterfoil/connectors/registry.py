"""The connectors there are, by name."""

from collections.abc import Mapping

from counterfoil.connectors.file.connector import File
from counterfoil.connectors.port import Connector
from counterfoil.connectors.robaws.connector import Robaws
from counterfoil.connectors.zoho_books.connector import ZohoBooks

CONNECTORS: Mapping[str, type[Connector]] = {kind.name: kind for kind in (Robaws, ZohoBooks, File)}
