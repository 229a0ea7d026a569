"""The readers there are, by connector and resource. Mapping processes load this alone: no HTTP, no files."""

from collections.abc import Mapping

from counterfoil.connectors.file.record import FileReader
from counterfoil.connectors.mapping import Mapper, MappingConfig, Reader
from counterfoil.connectors.robaws.record import RobawsReader

READERS: Mapping[tuple[str, str], Reader] = {
    ("robaws", "customer"): RobawsReader(),
    ("file", "customer"): FileReader(),
}


def mapper(config: MappingConfig, resource: str = "customer") -> Mapper:
    """The mapper of one resource of one connection."""
    return Mapper(config, READERS[config.connector, resource])
