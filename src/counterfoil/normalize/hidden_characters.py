"""Make characters visible that a terminal obeys or nobody sees: controls, escapes, directions, zero width.

A name may hold the escape sequence that clears a screen or sets a window's title, or a character that turns the
order of what follows it. Whatever shows data to people, on a terminal, in a file or on a page, shows their codes.
"""

import re
import unicodedata

HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # controls: C0 with the escape character, DEL, C1
    "\xad\u034f\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0"  # soft hyphen, joiners and fillers
    "\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f"  # zero width, and the direction of text
    "\u2028\u2029\ufeff\ufff9-\ufffb\ufffe\uffff"  # other line ends, the byte order mark, annotations
    "\ud800-\udfff\U000e0000-\U000e007f]"  # halves of a pair, tags
)
LINE_END = "↵"
_LINES = re.compile(r"\r\n|\n")


def visible(text: str) -> str:
    """Replace each hidden character by its code, as in <U+202E>. Line feeds and tabs stay as they are."""
    return HIDDEN.sub(lambda found: _code(found[0]), text.replace("\r\n", "\n"))


def visible_line(text: str) -> str:
    """Put a text on one line, its hidden characters visible, and its line ends, too."""
    return visible(_LINES.sub(LINE_END, text).replace("\t", " "))


def json_escaped(text: str) -> str:
    """Escape the hidden characters of JSON, where they can only stand in strings: it stays the same JSON."""
    return HIDDEN.sub(lambda found: _json_code(found[0]), text)


def called(character: str) -> str:
    """Return a hidden character's code and name, as in "U+202E right-to-left override"."""
    return f"U+{ord(character):04X} {unicodedata.name(character, 'control character').lower()}"


def _code(character: str) -> str:
    return character if character in "\n\t" else f"<U+{ord(character):04X}>"


def _json_code(character: str) -> str:
    if character in "\n\r\t":
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
