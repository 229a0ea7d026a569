"""Find all connectors: the folders beside this file, and installed packages.

A connector is a package whose `__init__.py` imports nothing and sets:

    CONNECTOR      where its class is, as "package.module:Class"
    READERS        where the readers of its payloads are, by resource
    WEBHOOK_PATH   the path below /api/webhooks/ for its webhooks; left out if it sends none

Its own stored sentences are the templates in `messages.py` of the package, if it has one.

Installed packages announce a connector by an entry point of the group `counterfoil.connectors`: the connector's
name, and the package.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from counterfoil import messages
from counterfoil.connectors.port import Connector
from counterfoil.connectors.reader_port import Reader
from counterfoil.errors import InvalidSetting

GROUP = "counterfoil.connectors"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a connector's package declares. `problem` says why it cannot be used; empty if it can."""

    name: str
    package: str
    connector: str = ""
    readers: Mapping[str, str] = field(default_factory=dict)
    webhook_path: str = ""
    problem: str = ""


@cache
def manifests() -> Mapping[str, Manifest]:
    """Read the manifests of all connectors by name. A package cannot replace one of our own connectors."""
    found: dict[str, Manifest] = {}
    here = import_module(__package__)
    for entry in iter_modules(here.__path__):
        module = import_module(f"{__package__}.{entry.name}") if entry.ispkg else None
        if module is not None and hasattr(module, "CONNECTOR"):
            found[entry.name] = _manifest(entry.name, module)
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        if point.name not in found:
            found[point.name] = _installed(point.name, point.value)
    return found


def reader(connector: str, resource: str) -> Reader:
    """Load the reader of one resource. Raises InvalidSetting if it cannot be loaded, KeyError if there is none."""
    return _reader(connector, resource)


@cache
def load_messages() -> None:
    """Import every connector's `messages.py`, so that its stored sentences can be worded.

    A package whose catalogue is broken is skipped: its codes are shown with their values.
    """
    for manifest in manifests().values():
        with suppress(Exception):
            import_module(f"{manifest.package}.messages")


class _Connectors(Mapping[str, type[Connector]]):
    """The connector classes by name, each imported on first use; broken ones are left out."""

    def __getitem__(self, name: str) -> type[Connector]:
        return _connector(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name, manifest in manifests().items() if not manifest.problem)

    def __len__(self) -> int:
        return sum(1 for _ in self)


CONNECTORS: Mapping[str, type[Connector]] = _Connectors()


def _installed(name: str, package: str) -> Manifest:
    try:
        return _manifest(name, import_module(package))
    except Exception as error:  # a broken package must not break the others
        return Manifest(name, package, problem=f"{type(error).__name__}: {error}")


def _manifest(name: str, module: ModuleType) -> Manifest:
    return Manifest(
        name,
        module.__name__,
        str(module.CONNECTOR),
        dict(module.READERS),
        str(getattr(module, "WEBHOOK_PATH", "")),
    )


@cache
def _connector(name: str) -> type[Connector]:
    found: type[Connector] = _load(_usable(name), manifests()[name].connector)
    return found


@cache
def _reader(connector: str, resource: str) -> Reader:
    manifest = _usable(connector)
    found: Reader = _load(manifest, manifest.readers[resource])()
    return found


def _usable(name: str) -> Manifest:
    manifest = manifests()[name]
    if manifest.problem:
        raise _broken(manifest, manifest.problem)
    return manifest


def _load(manifest: Manifest, location: str) -> Any:
    module, _, attribute = location.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except Exception as error:  # a package may raise anything while it is imported
        raise _broken(manifest, str(error)) from error


def _broken(manifest: Manifest, reason: str) -> InvalidSetting:
    return InvalidSetting(
        messages.connectors.BROKEN_CONNECTOR(name=manifest.name, package=manifest.package, reason=reason),
        messages.connectors.UPDATE_PACKAGE(),
    )
