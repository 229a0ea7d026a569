"""The log-in page and a signed webhook, while strangers hold unfinished, unread and idle connections."""

import tempfile
from pathlib import Path

from rich.console import Console
from tests.server.attacks import all_of_them
from tests.server.board import Line, look, served
from tests.support.install import Install

from bench.product import run_counterfoil

TARGET_SECONDS = 1.0


def measure(dsn: str, out: Console) -> None:
    """Measure and print. `dsn` is an empty database."""
    with tempfile.TemporaryDirectory(prefix="cf-bench-") as folder:
        install = Install(Path(folder), dsn)
        run_counterfoil(dsn, install.folder, "migrate")
        with served(install) as target:
            line = look(all_of_them, target)
    out.print(
        f"\ndoor: with {line.attack.sent} held, {_seconds(line)}; target: each under {TARGET_SECONDS:.0f} s",
        soft_wrap=True,
    )


def _seconds(line: Line) -> str:
    answers = {"log-in page": line.page, "signed webhook": line.webhook}
    return ", ".join(f"{name} {reply.status} in {reply.seconds * 1000:.0f} ms" for name, reply in answers.items())
