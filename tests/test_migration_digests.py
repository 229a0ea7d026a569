"""A migration that stands is never edited, renumbered or deleted; new ones are added by a command."""

import subprocess
from pathlib import Path

import pytest

from tests.support import migration_digests

MIGRATIONS = "src/counterfoil/mirror/migrations"
FIRST, SECOND = f"{MIGRATIONS}/0001_initial.py", f"{MIGRATIONS}/0002_second.py"


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Make a branch of a main that has one migration and its digest."""
    (tmp_path / MIGRATIONS).mkdir(parents=True)
    (tmp_path / FIRST).write_text("first")
    git(tmp_path, "init", "-q", "-b", "main")
    assert migration_digests.main(["--add"], tmp_path) == 0
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    git(tmp_path, "checkout", "-qb", "branch")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "branch")
    return tmp_path


def test_every_migration_here_has_its_digest() -> None:
    assert migration_digests.main([]) == 0


def test_a_new_migration_is_added_by_a_command(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (clone / SECOND).write_text("second")
    assert migration_digests.main([], clone) == 1
    assert f"{SECOND}: it is new. Run `make migrations`." in capsys.readouterr().err
    assert migration_digests.main(["--add"], clone) == 0
    assert migration_digests.main([], clone) == 0


@pytest.mark.parametrize("arguments", [[], ["--add"]])
def test_an_edited_migration_is_refused_and_its_digest_stays(
    clone: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (clone / FIRST).write_text("edited")
    assert migration_digests.main(arguments, clone) == 1
    assert f"{FIRST}: it was edited." in capsys.readouterr().err


def test_a_renumbered_migration_is_refused(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (clone / FIRST).rename(clone / SECOND)
    assert migration_digests.main(["--add"], clone) == 1
    assert f"{FIRST}: it was renamed or deleted." in capsys.readouterr().err


def test_a_digest_that_stands_on_main_cannot_be_changed_with_its_migration(
    clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clone / FIRST).write_text("edited")
    (clone / migration_digests.FILE).unlink()
    assert migration_digests.main(["--add"], clone) == 1
    assert f"{FIRST}: its digest was changed or removed" in capsys.readouterr().err
    git(clone, "commit", "-qam", "edited")
    assert migration_digests.main([], clone) == 1
    git(clone, "branch", "-f", "main")
    assert migration_digests.main([], clone) == 1, "on main, the commit that does it is refused"


def test_one_that_is_not_on_main_yet_may_be_renumbered(clone: Path) -> None:
    (clone / SECOND).write_text("second")
    migration_digests.main(["--add"], clone)
    git(clone, "add", ".")
    git(clone, "commit", "-qm", "second")
    (clone / SECOND).rename(clone / MIGRATIONS / "0003_second.py")
    (clone / migration_digests.FILE).write_text(
        "".join(
            line
            for line in (clone / migration_digests.FILE).read_text().splitlines(keepends=True)
            if SECOND not in line
        )
    )
    assert migration_digests.main(["--add"], clone) == 0
