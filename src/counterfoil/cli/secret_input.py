"""Secrets as people hand them to a command: never in the history of a shell unless they choose so."""

import sys

import typer

from counterfoil.errors import InvalidInput


def secret(given: str | None, from_environment: str | None, what: str) -> str:
    """From the option, standard input (a line each, in the order of the options), the environment, or a prompt
    that shows nothing. Raises InvalidInput where it is empty."""
    if given == "-":
        given = sys.stdin.readline()
    elif given is None:
        given = from_environment
    if given is None and sys.stdin.isatty():
        given = typer.prompt(what, hide_input=True)
    if given is None:
        given = sys.stdin.readline()
    if not given.strip():
        raise InvalidInput(f"The {what} is empty.", f"Give --{what.lower().replace(' ', '-')}, or see --help.")
    return given.strip()
