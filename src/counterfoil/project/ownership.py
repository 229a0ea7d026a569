"""Files that root makes in the data folder of a service: the service has to be able to use them."""

import os
from pathlib import Path


def adopt(path: Path, like: Path) -> None:
    """Give a file that root has just made to the owner of another file or folder. Does nothing for other users."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    wanted = like.stat()
    os.chown(path, wanted.st_uid, wanted.st_gid)
