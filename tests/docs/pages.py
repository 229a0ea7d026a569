"""The pages of the documentation and their fenced blocks."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "counterfoil"
README = ROOT / "README.md"
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *DOCS]
LAWS = sorted((ROOT / "docs" / "laws").glob("*.md"))

MANUAL = "manual"
"""The word after `sh` of a block that is not run: it needs something that a test does not have."""


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block: its language, the other words of its info string, and its lines."""

    language: str
    words: tuple[str, ...]
    text: str


def name(page: Path) -> str:
    """Return the page's name for pytest."""
    return str(page.relative_to(ROOT))


def fences(page: Path) -> list[Fence]:
    """List the fenced blocks of a page, in order."""
    found = re.findall(r"^```([^\n`]*)\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    return [Fence((info.split() or [""])[0], tuple(info.split()[1:]), text) for info, text in found]


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def quoted(page: Path) -> list[str]:
    """List the texts between single backticks."""
    return re.findall(r"`([^`\n]+)`", prose(page))
