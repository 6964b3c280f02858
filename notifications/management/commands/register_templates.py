"""Bring the texts of messages to the provider, once they or the account are new."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import F
from django.utils import timezone

from notifications import actions
from notifications.models import TemplateVersion


class Command(BaseCommand):
    help = "Mendaftarkan templat pesan yang belum dikenal penyedia."

    def handle(self, *args: Any, **options: Any) -> None:
        done = actions.register_templates()
        actions.follow_approvals(at=timezone.now())
        missing = TemplateVersion.objects.filter(template__current=F("pk"), content_sid="").count()
        self.stdout.write(f"{done} templat didaftarkan, {missing} belum.")
