"""Lists `up` beside the other commands; manage.py runs it without loading Django."""

import sys
from typing import NoReturn

from django.core.management.base import BaseCommand

from frontdesk.running.up import main


class Command(BaseCommand):
    help = "Starts everything that the environment does not name, then web, worker and beat."

    def run_from_argv(self, argv: list[str]) -> NoReturn:
        sys.exit(main(argv[2:]))
