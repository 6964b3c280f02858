"""Lists `test` beside the other commands; manage.py runs it without loading Django."""

import sys
from typing import NoReturn

from django.core.management.base import BaseCommand

from frontdesk.running.testing import main


class Command(BaseCommand):
    help = "Sets up everything, then runs pytest with the arguments given."

    def run_from_argv(self, argv: list[str]) -> NoReturn:
        sys.exit(main(argv[2:]))
