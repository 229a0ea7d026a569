"""`doctor`'s checks of the database: which one, whether it can be written, whole and up to date."""

from collections.abc import Callable, Iterator

type Finding = tuple[str, bool | None, str]


def findings(check: Callable[[str, Callable[[], str]], Finding]) -> Iterator[Finding]:
    """Yield one finding after the other; where one is bad the others make no sense."""
    from counterfoil.mirror.store import current_dialect

    yield check("database", _describe)
    if current_dialect().embedded:
        yield check("file", current_dialect().health.verify_integrity)
    yield check("migrations", _upgrade)
    yield check("tables", _columns)


def _describe() -> str:
    from counterfoil.mirror.store import current_dialect

    described = current_dialect().describe()
    current_dialect().health.require_writable()
    return described


def _upgrade() -> str:
    from counterfoil.mirror import upgrade

    upgrade.prepare()
    return "up to date"


def _columns() -> str:
    from counterfoil.mirror.real_columns import verify_columns

    return verify_columns()
