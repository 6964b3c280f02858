"""What the night does for the staff's sessions."""

from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.utils import timezone

from frontdesk.staff.models import StaffSession
from frontdesk.staff.tasks import clear_sessions
from tests.conftest import Cast, SignIn


def test_sessions_that_are_over_are_forgotten(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.anna)
    for who in (cast.bela.pk, None):
        StaffSession.objects.create(
            session_key=f"over-{who}",
            session_data="",
            staff_id=who,
            expire_date=timezone.now() - timedelta(minutes=1),
        )

    assert clear_sessions() == 2
    assert StaffSession.objects.get().staff == cast.anna
    assert client.get("/staff/me/").status_code == 200


def test_beat_knows_every_task_it_is_to_wake() -> None:
    current_app.loader.import_default_modules()
    named = {str(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert "frontdesk.staff.tasks.clear_sessions" in named
    assert named <= set(current_app.tasks)
