"""How much memory a tree of processes takes, shared pages counted once (Linux)."""

from collections import defaultdict
from pathlib import Path


def proportional(root: int) -> int:
    """Return the bytes of a process and all its descendants: the sum of their PSS."""
    return sum(map(_pss, tree(root)))


def tree(root: int) -> list[int]:
    """Return a process and all its descendants."""
    found, waiting, children = [], [root], _children()
    while waiting:
        pid = waiting.pop()
        waiting += children[pid]
        found.append(pid)
    return found


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # The name in brackets may hold anything; the parent is the second word after it.
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        found[parent].append(int(folder.name))
    return found


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
