import tomllib
from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from frontdesk.running.environment import LOCKS, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]


def direct(lock: str) -> list[Requirement]:
    lines = list(PROJECT["dependencies"])
    lines += EXTRAS["embedded"] if lock != "runtime" else []
    lines += EXTRAS["dev"] if lock == "dev" else []
    return [Requirement(line) for line in lines]


def pinned(lock: str) -> dict[str, Version]:
    found = {}
    for line in LOCKS[lock].read_text().splitlines():
        if line[:1].isalnum():
            name, _, rest = line.partition("==")
            found[canonicalize_name(name)] = Version(rest.split()[0].rstrip(";"))
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_holds_what_pyproject_asks_for(lock: str):
    pins = pinned(lock)
    for wanted in direct(lock):
        version = pins.get(canonicalize_name(wanted.name))
        assert version, f"{wanted} is in pyproject.toml and not in {LOCKS[lock].name}"
        assert wanted.specifier.contains(version, prereleases=True), f"{wanted}, locked {version}"


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_holds_what_its_packages_ask_for(lock: str):
    pins = pinned(lock)
    waiting = [(r.name, extra) for r in direct(lock) for extra in (*r.extras, "")]
    reached = set()
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in reached:
            continue
        reached.add((name, extra))
        try:
            needs = [Requirement(line) for line in requires(name) or []]
        except PackageNotFoundError:  # for another kind of machine
            continue
        for need in needs:
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                assert canonicalize_name(need.name) in pins, f"{name} needs {need}"
                waiting += [(canonicalize_name(need.name), e) for e in (*need.extras, "")]


def test_a_package_has_one_version_in_all_locks():
    runtime, embedded, dev = (pinned(lock) for lock in LOCKS)
    assert runtime.items() <= embedded.items() <= dev.items()
