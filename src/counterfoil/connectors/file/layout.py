"""How a file is to be read, as far as a person has chosen it."""

from dataclasses import dataclass

from counterfoil.connectors.file import messages
from counterfoil.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Layout:
    """What is empty or 0 is found out. `names` are columns that the header has: they tell it from title lines."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_line: int = 0
    names: tuple[str, ...] = ()

    @property
    def separator(self) -> str:
        r"""Return the delimiter as one character; a tab may be typed as `\t`. Raises InvalidInput."""
        sign = {"\\t": "\t", "tab": "\t"}.get(self.delimiter, self.delimiter)
        if len(sign) > 1 or sign in {'"', "\r", "\n", "\0", " "}:
            raise InvalidInput(messages.NO_DELIMITER(delimiter=self.delimiter), messages.USUAL_DELIMITERS())
        return sign
