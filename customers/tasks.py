"""What a worker does for customers: read the lists that wait in the table."""

from celery import shared_task
from django.utils import timezone

from customers.importing.jobs import claim_list, forget_old_lists, read_claimed_list


@shared_task
def run_waiting_imports() -> None:
    """Read waiting lists one after the other until there is none."""
    while job := claim_list(at=timezone.now()):
        read_claimed_list(job, clock=timezone.now)
    forget_old_lists(at=timezone.now())
