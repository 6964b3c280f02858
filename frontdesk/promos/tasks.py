"""What workers do for promos when they are woken."""

from celery import shared_task

from frontdesk.promos import actions


@shared_task
def prepare() -> None:
    actions.prepare_due()


@shared_task
def count() -> None:
    actions.count_campaigns()
