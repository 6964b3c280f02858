"""What workers do when they are woken; PostgreSQL knows what there is to do."""

from celery import shared_task

from notifications import actions


@shared_task
def send_due() -> None:
    actions.send_due()


@shared_task
def pump(_sender: int) -> None:
    actions.send_due()


@shared_task
def settle() -> None:
    actions.settle()
