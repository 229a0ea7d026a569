"""Build the mapper of each resource. Mapping processes load this and a connector's reader: no HTTP, no files."""

from collections.abc import Callable, Mapping

from counterfoil.connectors import registry
from counterfoil.connectors.reader_port import Reader
from counterfoil.mapping.contact_person import PersonMapper
from counterfoil.mapping.customer import CustomerMapper
from counterfoil.mapping.invoice import InvoiceMapper
from counterfoil.mapping.mapper import Mapper, MappingConfig

_MAPPERS: Mapping[str, Callable[[MappingConfig, Reader], Mapper]] = {
    "customer": CustomerMapper,
    "contact_person": PersonMapper,
    "invoice": InvoiceMapper,
}


def mapper(config: MappingConfig, resource: str = "customer") -> Mapper:
    """Build the mapper of one resource of a connection. Raises InvalidSetting for a connector that is broken."""
    return _MAPPERS[resource](config, registry.reader(config.connector, resource))
