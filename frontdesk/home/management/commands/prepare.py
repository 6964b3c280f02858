"""What `manage.py up` does to a database before the pages open, in one process."""

import gc
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Brings the database up to date; for `manage.py up`."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--web-role", default="", help="may write, and only add to history")
        parser.add_argument("--demo", action="store_true", help="fill an empty database")
        parser.add_argument("--logins", type=Path, help="where the demo's logins are written")

    def handle(self, *args: Any, **options: Any) -> None:
        gc.freeze()
        gc.set_threshold(50_000)  # migrating builds models by the thousand: a seventh less time
        bring_up_to_date()
        if options["web_role"]:
            call_command("grant_web_role", options["web_role"], stdout=StringIO())
        if options["demo"]:
            call_command("demo", stdout=self.stdout)
        if options["logins"]:
            logins = StringIO()
            call_command("demo", print_logins=True, stdout=logins)
            options["logins"].write_text(logins.getvalue(), encoding="utf-8")


def bring_up_to_date() -> None:
    """Migrate, unless a look shows that there is nothing to do, as on most mornings."""
    try:
        call_command("migrate", check_unapplied=True, stdout=StringIO())
    except SystemExit:
        call_command("migrate", interactive=False, verbosity=0)
