"""What an invoice says of its customer: no columns of its own, since the linked customer has the values.

The payload names the customer under the key `customer_name`, as Zoho Books does; `extra` has it under that key
where the payload has another one, as the file of another app.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, TextField
from django.db.models.sql.compiler import SQLCompiler

LONGEST_NAME = 200
"""Characters of a name that are searched."""


class CustomerNameOfInvoice(Func):
    """The customer's name as an invoice says it, in SQL.

    An index of the invoices without a link has it, so both databases must be able to read any payload that is
    stored: PostgreSQL refuses to take a text with NUL out of one, and SQLite to read what is no JSON.
    """

    output_field = TextField()

    def __init__(self) -> None:
        super().__init__("extra", "raw")

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """Compare by bytes (COLLATE "C"), so that the index finds beginnings whatever the database's collation."""
        return self._filled(
            compiler,
            "(left(btrim(coalesce({extra} ->> 'customer_name', CASE WHEN strpos({raw}::text, '\\u0000') = 0 "
            "THEN {raw} ->> 'customer_name' END)), {longest}) COLLATE \"C\")",
        )

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """Compare by bytes, as SQLite does."""
        return self._filled(
            compiler,
            "substr(trim(coalesce(json_extract({extra}, '$.customer_name'), CASE WHEN json_valid({raw}) "
            "THEN json_extract({raw}, '$.customer_name') END)), 1, {longest})",
        )

    def _filled(self, compiler: SQLCompiler, template: str) -> tuple[str, tuple[str | int, ...]]:
        extra, raw = (compiler.compile(expression)[0] for expression in self.get_source_expressions())
        return template.format(extra=extra, raw=raw, longest=LONGEST_NAME), ()
