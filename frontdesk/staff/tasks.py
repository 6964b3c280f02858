"""What a worker does for the staff's sessions while nobody is there."""

from celery import shared_task
from django.utils import timezone

from frontdesk.staff.desk_session import clear_expired


@shared_task
def clear_sessions() -> int:
    """Forget the sessions that are over, whoever they belonged to; return how many."""
    return clear_expired(at=timezone.now())
