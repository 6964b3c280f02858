"""Settings of a trial: what takes minutes in life takes seconds, and nothing else differs."""

from datetime import timedelta

from frontdesk.settings import *  # noqa: F403
from frontdesk.settings import CELERY_BEAT_SCHEDULE, env

# How many times faster than life; a busy machine wants a smaller one.
HURRY = env.float("CHAOS_HURRY", 15.0)

MESSAGE_LEASE = timedelta(seconds=90 / HURRY)
MESSAGE_ABSENT_AFTER = timedelta(seconds=120 / HURRY)
MESSAGE_ABSENT_AGAIN_AFTER = timedelta(seconds=60 / HURRY)
TWILIO_CONNECT_SECONDS = 1.0
TWILIO_READ_SECONDS = 2.0
CELERY_BEAT_SCHEDULE = {
    name: entry | {"schedule": max(1.0, float(str(entry["schedule"])) / HURRY)}
    for name, entry in CELERY_BEAT_SCHEDULE.items()
}
