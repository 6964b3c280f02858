"""`manage.py bench messages`: how fast messages leave, beside the bare client in the same run."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from frontdesk.running.trial import Trial
from frontdesk.running.up import ROOT

if TYPE_CHECKING:
    from frontdesk.home.bench.messages.lines import Line

# At rest before the planning, after which PostgreSQL tidies up for minutes.
PARTS = ("throughput", "pace", "campaign", "webhooks", "idle", "planning")


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py bench messages", description=__doc__)
    parser.add_argument("--messages", type=int, default=6_000, help="of each throughput line")
    parser.add_argument("--people", type=int, default=300_000, help="whom a promo is planned for")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument(
        "--data",
        type=Path,
        default=ROOT / "var" / "bench",
        help="of its own; emptied before and after",
    )
    parser.add_argument("--keep", action="store_true", help="leave the database and the logs there")
    return parser


def main(argv: Sequence[str]) -> int:
    given = arguments().parse_args(argv)
    trial = Trial(given.data, keeps=given.keep)
    with trial.prepared():
        trial.enter_database()
        for line in _lines(trial, given):
            trial.say(f"{line.name:<58}{line.figure}")
    return 0


def _lines(trial: Trial, given: argparse.Namespace) -> "Iterator[Line]":
    from django.utils import timezone

    from frontdesk.home.bench.messages import outbox
    from frontdesk.home.bench.messages.lines import PACE, Lines

    at = timezone.now()
    ground = outbox.prepare(at=at)
    outbox.make_people(max(given.messages, int(PACE * 120)) + 1_000, ground, at=at)
    lines = Lines(trial, ground, messages=given.messages)
    if "throughput" in given.only:
        yield from lines.throughput(latency_ms=0, threads=16)
        yield from lines.throughput(latency_ms=100, threads=64)
    if "pace" in given.only:
        yield from lines.pace()
    if "campaign" in given.only:
        yield from lines.campaign()
    if "webhooks" in given.only:
        yield from lines.webhooks()
    if "idle" in given.only:
        yield from lines.idle()
    if "planning" in given.only:
        yield from lines.planning(given.people)
