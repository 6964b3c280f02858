"""`python -m frontdesk.running.background`: Celery's worker with beat in a thread of its own.

One process for both, because one PC of a clinic notices 80 MB. There must be exactly one beat, so a
larger installation runs them apart (docker-compose.yml).
"""

import argparse
import os
import signal
import sys
import threading
import warnings
from pathlib import Path

from celery.beat import Service
from celery.signals import worker_ready

from frontdesk.celery import app

WORKER = ["--quiet", "worker", "--pool=threads", "--concurrency=4", "--loglevel=WARNING"]
# Workers need to know nothing of each other.
WORKER += ["--without-gossip", "--without-mingle", "--without-heartbeat"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="frontdesk.running.background", description=__doc__)
    parser.add_argument("--schedule", type=Path, required=True, help="where beat remembers")
    given = parser.parse_args()

    # `manage.py` and CI have checked the project; here it would cost memory that stays.
    os.environ.setdefault("CELERY_SKIP_CHECKS", "true")
    # Some PCs have no other user; PostgreSQL and the web are as open to root as this is.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser")
    beat = threading.Thread(target=keep_time, args=[given.schedule], name="beat", daemon=True)
    worker_ready.connect(lambda **_: beat.start(), weak=False)
    app.worker_main(WORKER)


def keep_time(schedule: Path) -> None:
    """Give the tasks at their times; should that ever fail, end and be started again."""
    try:
        Service(app, schedule_filename=str(schedule)).start()
    except BaseException:
        sys.excepthook(*sys.exc_info())
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
