"""Find the connectors there are: the folders beside this file, and packages that others have installed.

A connector is a package whose `__init__.py` says, without importing anything:

    CONNECTOR      where its class is, as "package.module:Class"
    READERS        where the readers of its payloads are, by resource
    WEBHOOK_PATH   below /api/webhooks/, where its upstream sends webhooks; left out where it sends none

Others announce theirs by an entry point of the group `counterfoil.connectors`: the connector's name, and the
package.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from counterfoil.connectors.port import Connector
from counterfoil.connectors.reader_port import Reader
from counterfoil.errors import InvalidSetting

GROUP = "counterfoil.connectors"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a connector's package says of it. `problem`: why it cannot be used; empty where it can."""

    name: str
    package: str
    connector: str = ""
    readers: Mapping[str, str] = field(default_factory=dict)
    webhook_path: str = ""
    problem: str = ""


@cache
def manifests() -> Mapping[str, Manifest]:
    """Read what every connector says of itself, by name; our own come first and are not replaced."""
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
    """Load the reader of one resource. Raises InvalidSetting, KeyError for one that is not there."""
    return _reader(connector, resource)


class _Connectors(Mapping[str, type[Connector]]):
    """The classes by name, each imported when it is first asked for; those that cannot be used are left out."""

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
    except Exception as error:  # whatever is wrong with it is wrong with it alone
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


def _load(manifest: Manifest, place: str) -> Any:
    module, _, attribute = place.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise _broken(manifest, str(error)) from error


def _broken(manifest: Manifest, reason: str) -> InvalidSetting:
    return InvalidSetting(
        f"The connector {manifest.name} ({manifest.package}) cannot be loaded: {reason}.",
        "Update or remove the package that brings it.",
    )
