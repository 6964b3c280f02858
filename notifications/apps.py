from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Pesan")

    def ready(self) -> None:
        from notifications.actions import birthdays, combining  # noqa: F401

        # Sent once all tables stand, and again when a test has emptied them.
        post_migrate.connect(write_what_is_declared, sender=self)


def write_what_is_declared(using: str, **kwargs: Any) -> None:
    """The words of each notice, and the senders the settings name."""
    from notifications import actions, notices, quick_replies

    # Migrating only half-way leaves them for the next time.
    if "notifications_templateversion" in connections[using].introspection.table_names():
        notices.write_missing_templates()
        quick_replies.write_starters()
        actions.ensure_senders()
