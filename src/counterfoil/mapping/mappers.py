"""The readers there are, by connector and resource. Mapping processes load this alone: no HTTP, no files."""

from collections.abc import Callable, Mapping

from counterfoil.connectors.file.record import FileReader
from counterfoil.connectors.reader_port import Reader
from counterfoil.connectors.robaws.contact_record import RobawsPersonReader
from counterfoil.connectors.robaws.record import RobawsReader
from counterfoil.connectors.zoho_books.contact_record import ContactReader
from counterfoil.connectors.zoho_books.invoice_record import InvoiceReader
from counterfoil.connectors.zoho_books.person_record import PersonReader
from counterfoil.mapping.contact_person import PersonMapper
from counterfoil.mapping.customer import CustomerMapper
from counterfoil.mapping.invoice import InvoiceMapper
from counterfoil.mapping.mapper import Mapper, MappingConfig

READERS: Mapping[tuple[str, str], Reader] = {
    ("robaws", "customer"): RobawsReader(),
    ("robaws", "contact_person"): RobawsPersonReader(),
    ("zoho_books", "customer"): ContactReader(),
    ("zoho_books", "contact_person"): PersonReader(),
    ("zoho_books", "invoice"): InvoiceReader(),
    ("file", "customer"): FileReader(),
}
_MAPPERS: Mapping[str, Callable[[MappingConfig, Reader], Mapper]] = {
    "customer": CustomerMapper,
    "contact_person": PersonMapper,
    "invoice": InvoiceMapper,
}


def mapper(config: MappingConfig, resource: str = "customer") -> Mapper:
    """The mapper of one resource of one connection."""
    return _MAPPERS[resource](config, READERS[config.connector, resource])
