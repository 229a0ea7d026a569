"""Reads secrets for a command, so that users need not leave them in the history of their shell."""

import sys

import typer

from counterfoil.errors import InvalidInput

LONGEST = 10_000
"""Characters of a secret; a device may send a line without end."""


def secret(option: str | None, from_environment: str | None, label: str) -> str:
    """Read a secret from its option, standard input, the environment, or a prompt that shows nothing.

    Standard input holds a line for each secret, in the order of the options. Raises InvalidInput for an empty one.
    """
    text = option
    if option == "-":
        text = sys.stdin.readline(LONGEST)
    elif option is None:
        text = from_environment
    if text is None and sys.stdin.isatty():
        text = typer.prompt(label, hide_input=True)
    if text is None:
        text = sys.stdin.readline(LONGEST)
    if not text.strip():
        raise InvalidInput(f"The {label} is empty.", f"Give --{label.lower().replace(' ', '-')}, or see --help.")
    return text.strip()
