"""What `doctor` says of the encryption key: whether it opens every stored secret, and who may read its file."""

from collections.abc import Iterator

from counterfoil.cli import database_in_use, lost_secrets
from counterfoil.errors import KeyUnusable

type KeyFinding = tuple[str, bool, str]


def findings() -> Iterator[KeyFinding]:
    """Check the key, and name every secret that it does not open."""
    from counterfoil.connections import key_check, key_ring, sealed_values

    doubt = database_in_use.doubt()
    if doubt:
        yield "database", False, doubt
    try:
        key_check.require_key()
    except KeyUnusable as error:
        yield "key", False, str(error)
        if key_ring.keys():
            return
    lost = lost_secrets.visible_lost()
    for value in lost:
        words = f"{sealed_values.describe(value)} cannot be opened. {sealed_values.way_back(value)}"
        yield "secret", value.comes_back, words
    if not lost:
        count = len(lost_secrets.visible_values())
        yield "key", True, f"opens {count} stored secret{'s' if count != 1 else ''}" if count else "present"
    yield from _file()
    yield from _older()


def _file() -> Iterator[KeyFinding]:
    from counterfoil.connections import key_ring
    from counterfoil.project.key_file import KeyFile

    source = key_ring.source()
    if isinstance(source, KeyFile) and source.readable_by_others():
        yield "key file", False, f"other users of this machine may read {source.place}: chmod 600 {source.place}"


def _older() -> Iterator[KeyFinding]:
    from counterfoil.connections import key_rotation

    waiting = len(key_rotation.outdated())
    if waiting:
        words = "secrets are" if waiting != 1 else "secret is"
        yield "key", False, f"{waiting} {words} encrypted with an older key. Run `counterfoil keys rotate`."
