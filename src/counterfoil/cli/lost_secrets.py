"""The stored secrets, as far as the acting user may know of them, and those that no key opens."""

from typing import TYPE_CHECKING

from counterfoil.cli import acting_user

if TYPE_CHECKING:
    from counterfoil.connections.sealed_values import SealedValue


def visible_values() -> "list[SealedValue]":
    """List the secrets of the connections that the acting user sees."""
    from counterfoil.connections import sealed_values

    visible = acting_user.visible_connections()
    return [
        value
        for value in sealed_values.all_values()
        if visible is None or (value.connection is not None and value.connection.pk in visible)
    ]


def visible_lost() -> "list[SealedValue]":
    """List those that none of the present keys opens."""
    from counterfoil.connections import key_ring

    return [value for value in visible_values() if not key_ring.opens(value.text)]
