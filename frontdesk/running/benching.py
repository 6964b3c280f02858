"""`manage.py bench`: the whole stack on servers of its own, filled, idle, and then under load."""

import argparse
import importlib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from frontdesk.running import memory
from frontdesk.running.folders import DataFolder, free_port
from frontdesk.running.processes import StopAsked, complain
from frontdesk.running.trial import NOT_FOR_TRIALS
from frontdesk.running.up import EXPECTED, ROOT, Up

MOST = 3_000_000
OTHERS = {
    "chaos": "frontdesk.home.bench.chaos.command",
    "messages": "frontdesk.home.bench.messages.command",
}
IDLE_SECONDS = 10


class Bench(Up):
    """A start of everything that measures itself and ends."""

    def measure(self, module: str, arguments: Sequence[str]) -> int:
        self.data.hold_for_trial()
        self.supervisor.listen_to_signals()
        try:
            self._start()
            time.sleep(IDLE_SECONDS)
            self._say_memory()
            environ = self.environ | {"DATABASE_URL": self.environ["DATABASE_OWNER_URL"]}
            command = [sys.executable, "-m", module, "--address", self.address]
            return self.supervisor.run_in_terminal([*command, *arguments], environ)
        finally:
            self.supervisor.stop()
            self.data.release_and_remove()

    def _greet(self) -> None:
        self.say(f"Started in {time.monotonic() - self.began:.1f} s.")

    def _say_memory(self) -> None:
        """Print what each part takes at rest, and all of them with the supervisor."""
        for running in self.supervisor.running.values():
            used = memory.proportional(running.process.pid) / 2**20
            self.say(f"  {running.program.name:12}{used:7.0f} MB")
        total = memory.proportional(os.getpid()) / 2**20
        self.say(f"  {'all, idle':12}{total:7.0f} MB (PSS)")


def main(argv: Sequence[str]) -> int:
    """Measure the desk, or what stands behind a word: `pages`, `chaos`, `messages`."""
    try:
        if argv and argv[0] == "pages":
            return _measure_pages(argv[1:])
        if argv and argv[0] in OTHERS:
            return int(importlib.import_module(OTHERS[argv[0]]).main(argv[1:]))
        return _measure_desk(argv)
    except StopAsked:
        return 130
    except EXPECTED as problem:
        complain(str(problem))
        return 1


def _measure_desk(argv: Sequence[str]) -> int:
    parser = _arguments("manage.py bench", asks=200)
    parser.add_argument("--customers", type=_up_to_most, default=200_000)
    parser.add_argument("--slips", type=int, help="as many as customers, at most 400,000")
    given = parser.parse_args(argv)
    slips = min(given.customers, 400_000) if given.slips is None else given.slips
    wanted = [f"--customers={given.customers}", f"--slips={slips}", f"--asks={given.asks}"]
    os.environ["ROOT_URLCONF"] = "frontdesk.home.bench.bare"
    return _measure("frontdesk.home.bench", wanted, data=given.data, empty=True)


def _measure_pages(argv: Sequence[str]) -> int:
    given = _arguments("manage.py bench pages", asks=15).parse_args(argv)
    wanted = [f"--asks={given.asks}"]
    return _measure("frontdesk.home.bench.pages", wanted, data=given.data, empty=False)


def _measure(module: str, arguments: Sequence[str], *, data: Path, empty: bool) -> int:
    for name in NOT_FOR_TRIALS:
        os.environ.pop(name, None)
    bench = Bench("127.0.0.1", free_port(None), DataFolder(data), empty=empty)
    return bench.measure(module, arguments)


def _arguments(prog: str, *, asks: int) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    parser.add_argument("--asks", type=int, default=asks, help="requests of each client")
    parser.add_argument(
        "--data",
        type=Path,
        default=ROOT / "var" / "bench",
        help="of its own; emptied before and after",
    )
    return parser


def _up_to_most(text: str) -> int:
    wanted = int(text)
    if not 1_000 <= wanted <= MOST:
        raise argparse.ArgumentTypeError(f"from 1,000 to {MOST:,}")
    return wanted
