"""What a new connection starts with: each connector's `defaults.toml`, where it has one."""

import tomllib
from importlib.resources import files

from counterfoil.mapping.mapper import RoleOverride


def role_overrides(connector: str) -> list[RoleOverride]:
    """The role overrides that a new connection of this connector gets."""
    path = files("counterfoil.connectors") / connector / "defaults.toml"
    if not path.is_file():
        return []
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return [
        RoleOverride(entry["by"], entry["pattern"], entry["role"]) for entry in content.get("role_override", [])
    ]
