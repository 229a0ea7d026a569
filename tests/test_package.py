"""The package imports and knows its version."""

from importlib.metadata import version

import counterfoil


def test_the_package_names_what_it_is() -> None:
    assert "your own copy" in (counterfoil.__doc__ or "")
    assert version("counterfoil") == "0.1.0"
