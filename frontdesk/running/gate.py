"""A gate to wait at: it stands open unless somebody holds it, and opens when that process ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def closed(path: Path) -> Iterator[None]:
    with path.open("wb") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def pass_through(path: Path) -> None:
    """Come back when it is open."""
    with path.open("rb") as gate:
        fcntl.flock(gate, fcntl.LOCK_SH)
