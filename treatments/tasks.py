from celery import shared_task
from django.utils import timezone

from treatments import actions


@shared_task
def note_missed_controls() -> int:
    """Note the controls whose day is over everywhere; return how many."""
    return actions.note_missed(at=timezone.now())
