"""Find out the encoding of a file, and say which text decided."""

import codecs
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from counterfoil.connectors.file import messages
from counterfoil.connectors.file.code_pages import CODE_PAGES, WORD, decide, differing, explains, shown, telling
from counterfoil.connectors.file.unpacked import open_data
from counterfoil.errors import InvalidInput

KEEP_BYTES = "counterfoil_keep_bytes"
"""The error handler for bytes that are no text: they become half surrogates, so that they cost their row alone."""
STRAY = re.compile("[\udc00-\udcff]+")
"""What KEEP_BYTES makes of bytes."""
_BLOCK = 1 << 20
_START = 1 << 16
MOST_WORDS, LONGEST_WORD = 200, 60
_STRAY_SHARE = 50
"""With so many lines for each byte that no code page explains, such bytes are damage and cost their rows alone."""
UTF_8 = "utf-8-sig"
_MARKS = (
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = {"utf-16-le": 2, "utf-16-be": 2, "utf-32-le": 4, "utf-32-be": 4}


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a file. `plain` tells that it is UTF-8 and need not be mentioned.

    `sample` are words as it reads them. Where it is not clear, `name` is empty and `choices` are encodings, each
    with the same words as it would read them. `stray` counts bytes that are no text in it, -1 if it is not known.
    """

    name: str
    sample: tuple[str, ...] = ()
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    stray: int = 0

    @property
    def plain(self) -> bool:
        return self.name == UTF_8 and self.stray <= 0

    @property
    def title(self) -> str:
        """Return its name for people, as in "cp850 (DOS, Western Europe)"."""
        if self.name == UTF_8:
            return "UTF-8"
        return f"{self.name} ({CODE_PAGES[self.name][0]})" if self.name in CODE_PAGES else self.name.upper()


def keep_bytes(error: UnicodeError) -> tuple[str, int]:
    """Keep bytes that are no text as half surrogates, whatever the encoding."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(KEEP_BYTES, keep_bytes)


def show_bytes(text: str) -> str:
    r"""Write what KEEP_BYTES has kept as `\xE9`, so that it can be stored and shown."""
    return STRAY.sub(lambda kept: "".join(f"\\x{ord(sign) - 0xDC00:02X}" for sign in kept[0]), text)


def find_encoding(path: Path, chosen: str = "") -> Encoding:
    """Return the `chosen` encoding, or find it out by reading the file. Raises NotFound, InvalidInput."""
    if chosen:
        return _chosen(path, chosen)
    with open_data(path) as file:
        start = _read(file, _START)
        for mark, name in _MARKS:
            if name != UTF_8 and start.startswith(mark):
                return Encoding(name, stray=-1)
        if b"\0" in start and (wide := _wide(start)):
            return Encoding(wide, stray=-1)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(start)
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            survey = _survey(path)
            return survey.utf_8() if start.startswith(codecs.BOM_UTF8) else survey.encoding()
    return Encoding(UTF_8)


def _chosen(path: Path, name: str) -> Encoding:
    """Return a chosen encoding. Raises InvalidInput where the file is in UTF-8: accents would become two letters.

    Characters of UTF-8 do not come about by chance throughout a file.
    """
    encoding = Encoding(_known(name), stray=-1)
    if encoding.name in CODE_PAGES and (found := find_encoding(path)).name == UTF_8 and not found.stray:
        with open_data(path) as file:
            is_ascii = all(block.isascii() for block in iter(lambda: file.read(_BLOCK), b""))
        if not is_ascii:
            raise InvalidInput(
                messages.IS_UTF_8(file=path.name, encoding=encoding.name), messages.CONNECT_AS_UTF_8()
            )
    return encoding


def require_clear(path: Path, encoding: Encoding) -> Encoding:
    """Raise InvalidInput where it is not clear which encoding a file has, without words of customers."""
    if encoding.name:
        return encoding
    names = [name for name, _ in encoding.choices]
    raise InvalidInput(
        messages.UNCLEAR_ENCODING(file=path.name, encodings=", ".join(names)),
        messages.CHOOSE_ENCODING(example=names[0]),
    )


def _known(name: str) -> str:
    try:
        codec = codecs.lookup(name)
        "x".encode(codec.name)
    except (LookupError, ValueError, TypeError):  # a NUL in the name; an encoding of bytes by bytes
        raise InvalidInput(messages.UNKNOWN_ENCODING(encoding=name), messages.USUAL_ENCODINGS()) from None
    return {"utf-8": UTF_8, "mac-roman": "mac_roman", "mac-latin2": "mac_latin2"}.get(codec.name, codec.name)


def _read(file: io.BufferedReader, size: int) -> bytes:
    """Read so many bytes, fewer at the end of the file only."""
    parts = bytearray()
    while len(parts) < size and (part := file.read(size - len(parts))):
        parts += part
    return bytes(parts)


def _wide(start: bytes) -> str:
    """Tell UTF-16 and UTF-32 without a mark by where the zeros of ASCII characters stand."""
    ascii_characters: dict[str, int] = {}
    for name, width in _WIDE.items():
        text = start[: len(start) // width * width].decode(name, "replace")
        signs = sum("\0" < sign < "\x80" for sign in text)
        if "\0" not in text and ("\n" in text or "\r" in text) and signs * 8 >= len(text):
            ascii_characters[name] = signs
    best = max(ascii_characters, key=ascii_characters.__getitem__, default="")
    others = [signs for name, signs in ascii_characters.items() if name != best]
    return best if all(signs * 4 < ascii_characters[best] for signs in others) else ""


@dataclass(frozen=True, slots=True)
class _Survey:
    """What a file has besides ASCII: some words, all bytes used, and how many of them are no text in UTF-8."""

    words: Sequence[bytes]
    used: bytes
    stray: int
    lines: int

    def utf_8(self) -> Encoding:
        return Encoding(UTF_8, stray=self.stray)

    def encoding(self) -> Encoding:
        """Decide. Whole words of UTF-8 hardly come about by chance: other bytes beside them are damage."""
        whole = sum(map(_is_utf_8, self.words))
        if whole * 10 >= len(self.words) - whole:
            return self.utf_8()
        page, plausible = decide(self.words, self.used)
        if page is not None:
            stray = sum(page.name in CODE_PAGES and _is_hole(byte, page.name) for byte in self.used)
            return Encoding(page.name, shown(telling(self.words, page.name), page.name), stray=stray)
        if self.lines >= _STRAY_SHARE * self.stray:
            return self.utf_8()
        names = [each.name for each in plausible]
        words = telling(differing(self.words, names[0], names[1]) if len(names) > 1 else self.words, names[0])
        return Encoding("", choices=tuple((name, shown(words, name)) for name in names))


def _is_utf_8(word: bytes) -> bool:
    """Tell whether a word is one of UTF-8. One character of it may be chance: then it must make sense."""
    try:
        text = word.decode()
    except UnicodeDecodeError:
        return False
    return explains(word, "utf-8") or sum(sign > "\x7f" for sign in text) > 1


def _is_hole(byte: int, name: str) -> bool:
    return "\\x" in bytes([byte]).decode(name, "backslashreplace")


def _survey(path: Path) -> _Survey:
    """Read a file for what is not ASCII in it: some words, and one at least with each byte that is used."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    words: dict[bytes, None] = {}
    used: set[int] = set()
    stray = lines = 0
    with open_data(path) as file:
        while block := file.read(_BLOCK):
            stray += decoder.decode(block).count(_REPLACED) - block.count(_REPLACED.encode())
            lines += max(block.count(b"\n"), block.count(b"\r"))
            high = set(block.translate(None, _ASCII))
            if high - used or (high and len(words) < MOST_WORDS):
                for word in WORD.findall(block):
                    if len(words) < MOST_WORDS or not used.issuperset(word.translate(None, _ASCII)):
                        words[word[:LONGEST_WORD]] = None
                        used.update(word[:LONGEST_WORD].translate(None, _ASCII))
            used |= high
    stray += decoder.decode(b"", final=True).count(_REPLACED)
    return _Survey(list(words), bytes(sorted(used)), stray, lines)


_ASCII = bytes(range(0x80))
_REPLACED = "\ufffd"
