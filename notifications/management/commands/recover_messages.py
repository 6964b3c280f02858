"""`manage.py recover_messages --since`: after a backup was restored, before anything is sent."""

import argparse
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications import actions
from notifications.models import Sender


class Command(BaseCommand):
    help = "Find at the provider what was sent after the backup; senders are paused meanwhile."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--since", required=True, help="when the backup was made, e.g. 2026-11-22T03:00+07:00"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            since = datetime.fromisoformat(options["since"])
        except ValueError as problem:
            raise CommandError("--since is not a moment.") from problem
        if since.tzinfo is None:
            since = timezone.make_aware(since)
        running = list(Sender.objects.filter(is_paused=False).values_list("pk", flat=True))
        Sender.objects.filter(pk__in=running).update(is_paused=True)
        found = actions.recover(since=since)
        Sender.objects.filter(pk__in=running).update(is_paused=False)
        self.stdout.write(str(found))
