"""`manage.py bench chaos`: first the naive policy, which must fail, then ours, which must not."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from frontdesk.running.trial import Trial
from frontdesk.running.up import ROOT

if TYPE_CHECKING:
    from frontdesk.home.bench.chaos.driver import Plan

SETTINGS = "frontdesk.home.bench.chaos.hurried"
CONTROL = "control"
TWICE = "sent more than once"


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py bench chaos", description=__doc__)
    parser.add_argument("--messages", type=int, default=1_500)
    parser.add_argument("--per-second", type=float, default=60, help="the sender's pace")
    parser.add_argument(
        "--kills", type=int, default=6, help="kill -9, at random and at fail-points"
    )
    parser.add_argument("--pg-restarts", type=int, default=1, help="of PostgreSQL, at once")
    parser.add_argument("--threads", type=int, default=8, help="of each of the two senders")
    parser.add_argument(
        "--control", type=int, default=200, help="messages of the naive policy; 0: leave it out"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--data",
        type=Path,
        default=ROOT / "var" / "chaos",
        help="of its own; emptied before and after",
    )
    parser.add_argument("--keep", action="store_true", help="leave the database and the logs there")
    return parser


def main(argv: Sequence[str]) -> int:
    given = arguments().parse_args(argv)
    trial = Trial(given.data, settings_module=SETTINGS, keeps=given.keep)
    with trial.prepared():
        if given.control:
            trial.copy_database(CONTROL)
        trial.enter_database()
        return _run(trial, given)


def _run(trial: Trial, given: argparse.Namespace) -> int:
    from frontdesk.home.bench.chaos.driver import SENDERS, Plan

    is_seen = True
    if given.control:
        trial.use_database(CONTROL)
        control = Plan(
            messages=given.control,
            per_second=given.per_second,
            kills=1,
            database_restarts=0,
            threads=given.threads,
            seed=given.seed,
            is_naive=True,
            senders=SENDERS[:1],
        )
        is_seen = TWICE in _trial(trial, control)
        trial.use_database()
    plan = Plan(
        messages=given.messages,
        per_second=given.per_second,
        kills=given.kills,
        database_restarts=given.pg_restarts,
        threads=given.threads,
        seed=given.seed,
    )
    broken = _trial(trial, plan)
    if not is_seen:
        trial.say("The naive policy passed: the oracle is blind.")
    return 1 if broken or not is_seen else 0


def _trial(trial: Trial, plan: "Plan") -> set[str]:
    """Run one and print it; return the rules that were broken."""
    from frontdesk.home.bench.chaos.driver import Chaos

    policy = "naive policy, which must fail" if plan.is_naive else "our policy"
    trial.say(f"\n{plan.messages:,} messages, {plan.kills} kills, seed {plan.seed}: {policy}")
    chaos = Chaos(trial, plan)
    try:
        verdict = chaos.run()
    finally:
        chaos.stop()
    for line in verdict.lines():
        trial.say(line)
    return set(verdict.broken)
