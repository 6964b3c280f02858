"""`python -m frontdesk.running.web`: Granian with the whole application loaded before it forks.

Loaded once, the workers share its memory, and a worker that is started again is there at once.
"""

import argparse
import contextlib
import gc
import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.template import TemplateSyntaxError, engines
from django.utils.translation.trans_real import translation
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from frontdesk.running import gate
from frontdesk.running.parent import tie_web_worker

# Two processes of two threads were the quickest on two cores (docs/operations.md).
WORKERS = 2
THREADS = 2


def main() -> None:
    parser = argparse.ArgumentParser(prog="frontdesk.running.web", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--collect", action="store_true", help="collect the static files first")
    parser.add_argument("--after", type=Path, metavar="LOCK", help="open when nobody holds it")
    given = parser.parse_args()

    if given.collect:
        django.setup()
        call_command("collectstatic", interactive=False, verbosity=0)
    load_everything()
    gc.collect()
    gc.freeze()  # a collection would otherwise write to every page that the workers share
    gc.set_threshold(10_000)  # a page makes thousands of objects and leaves hardly a cycle

    if given.after:
        gate.pass_through(given.after)
    Server(
        "frontdesk.wsgi:application",
        address=given.host,
        port=given.port,
        interface=Interfaces.WSGI,
        workers=int(os.environ.get("WEB_WORKERS", WORKERS)),
        blocking_threads=int(os.environ.get("WEB_THREADS", THREADS)),
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=2,
    ).serve(target_loader=load, wrap_loader=False)


def load_everything() -> None:
    """What the first requests would otherwise load in every worker: views, pages and languages."""
    importlib.import_module("frontdesk.wsgi")
    importlib.import_module(settings.ROOT_URLCONF)
    for language, _ in settings.LANGUAGES:
        translation(language)
    engine = engines["django"]
    for folder in engine.template_dirs:
        for path in sorted(Path(folder).rglob("*.html")):
            with contextlib.suppress(TemplateSyntaxError):  # its page will say so
                engine.get_template(str(path.relative_to(folder)))


def load() -> Callable[..., Any]:
    """What a worker does first."""
    tie_web_worker()
    application: Callable[..., Any] = importlib.import_module("frontdesk.wsgi").application
    return application


if __name__ == "__main__":
    main()
