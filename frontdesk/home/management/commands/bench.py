"""Lists `bench` beside the other commands; manage.py runs it without loading Django."""

import sys
from typing import NoReturn

from django.core.management.base import BaseCommand

from frontdesk.running.benching import main


class Command(BaseCommand):
    help = "Fills a database of its own and measures the desk beside bare SQL and a bare view."

    def run_from_argv(self, argv: list[str]) -> NoReturn:
        sys.exit(main(argv[2:]))
