"""The readers there are, by connector. Mapping processes load this alone: no HTTP, no files."""

from collections.abc import Mapping

from counterfoil.connectors.file.record import FileReader
from counterfoil.connectors.mapping import Mapper, MappingConfig, Reader
from counterfoil.connectors.robaws.record import RobawsReader

READERS: Mapping[str, Reader] = {"robaws": RobawsReader(), "file": FileReader()}


def mapper(config: MappingConfig) -> Mapper:
    """The mapper of one connection."""
    return Mapper(config, READERS[config.connector])
