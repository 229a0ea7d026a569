"""The distribution of tests over processes: one by one, but tests that share a slow fixture stay together."""

from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/browser/", "tests/cli/test_as.py")
"""A browser with its consoles; an office of three people."""


class Scheduling(LoadScopeScheduling):
    """For `--dist loadscope`; groups come first, so that single tests fill up the end."""

    def _split_scope(self, nodeid: str) -> str:
        return next((shared for shared in TOGETHER if nodeid.startswith(shared)), nodeid)
