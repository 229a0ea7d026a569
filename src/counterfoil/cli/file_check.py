"""Print how a file is read, before anything of it is written."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from counterfoil.cli.output import err, out

if TYPE_CHECKING:
    from counterfoil.connectors.file.file_check import FileCheck
    from counterfoil.connectors.file.layout import Layout
    from counterfoil.mirror.models import Connection


def show_check(check: "FileCheck") -> None:
    """Print what is said of a file."""
    for sentence in check.sentences():
        out.print(escape(sentence), soft_wrap=True)


def show_encodings(path: Path, layout: "Layout") -> None:
    """Print some words of a file as each encoding reads them, where it is not clear which one it has."""
    from counterfoil.connectors.file.encoding import find_encoding
    from counterfoil.connectors.file.workbook import is_workbook

    encoding = None if is_workbook(path) else find_encoding(path, layout.encoding)
    if encoding is None or encoding.name:
        return
    err.print(f"{escape(path.name)} would be read so:")
    for name, words in encoding.choices:
        err.print(f"  --encoding {name}: {escape(', '.join(words))}", soft_wrap=True)


def show_check_of(connection: "Connection") -> None:
    """Print how a connection's file is read, if it has one."""
    from counterfoil.connections import factory
    from counterfoil.connections.connect import OneCall
    from counterfoil.connectors.file.connector import File

    if factory.connector_class(connection) is not File:  # others are not even opened
        return
    connector = factory.connector(connection, OneCall())
    if isinstance(connector, File):
        for check in connector.check_rows():
            show_check(check)
