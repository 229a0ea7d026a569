"""Read the defaults of a new connection: each connector's `defaults.toml`, where it has one."""

import tomllib
from importlib.resources import files

from counterfoil.connectors.registry import manifests
from counterfoil.mapping.mapper import RoleRule


def role_overrides(connector: str) -> list[RoleRule]:
    """Read the role overrides that a new connection of this connector starts with."""
    path = files(manifests()[connector].package) / "defaults.toml"
    if not path.is_file():
        return []
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return [RoleRule(entry["by"], entry["pattern"], entry["role"]) for entry in content.get("role_override", [])]
