"""`python -m frontdesk.running.background`: Celery's worker and beat, loaded once for both.

They share the memory of what is loaded before the fork, which one PC of a clinic notices. If either
ends, both do, and whoever supervises starts them again. A larger installation runs them apart
(docker-compose.yml).
"""

import argparse
import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import django

from frontdesk.celery import app
from frontdesk.running.parent import tie_to

WORKER = ["worker", "--pool=threads", "--concurrency=4", "--loglevel=WARNING", "--quiet"]
WORKER += ["--without-gossip", "--without-mingle"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="frontdesk.running.background", description=__doc__)
    parser.add_argument("--schedule", type=Path, required=True, help="where beat remembers")
    given = parser.parse_args()

    django.setup()
    app.loader.import_default_modules()
    gc.collect()
    gc.freeze()  # a collection would otherwise write to every page that they share

    children = {
        _fork(lambda: app.worker_main(WORKER)),
        _fork(lambda: app.Beat(schedule=str(given.schedule), loglevel="WARNING", quiet=True).run()),
    }
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _end(children))
    ended, status = os.wait()
    children.discard(ended)
    _end(children)
    while children:
        children.discard(os.wait()[0])
    return os.waitstatus_to_exitcode(status)


def _fork(work: Callable[[], object]) -> int:
    parent = os.getpid()
    child = os.fork()
    if not child:
        tie_to(parent, signal.SIGKILL)()
        _work(work)
    return child


def _work(work: Callable[[], object]) -> NoReturn:
    code = 0
    try:
        work()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _end(children: set[int]) -> None:
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
