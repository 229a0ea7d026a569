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
        text = typed_line()
    elif option is None:
        text = from_environment
    if text is None and sys.stdin.isatty():
        text = typer.prompt(label, hide_input=True)
    if text is None:
        text = typed_line()
    if not text.strip():
        raise InvalidInput(f"The {label} is empty.", f"Give --{label.lower().replace(' ', '-')}, or see --help.")
    return text.strip()


def typed_line() -> str:
    """Read a line of standard input. Raises InvalidInput for one without end: its start is another value."""
    line = sys.stdin.readline(LONGEST + 1)
    if len(line) > LONGEST:
        raise InvalidInput(
            "The line on standard input is too long.", "Write the value there, on a line of its own."
        )
    return line.rstrip("\r\n")
