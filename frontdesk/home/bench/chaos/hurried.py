"""Settings of a trial: what takes minutes in life takes seconds, and nothing else differs."""

from datetime import timedelta

from frontdesk.settings import *  # noqa: F403
from frontdesk.settings import CELERY_BEAT_SCHEDULE

TWILIO_READ_SECONDS = 2.0
# Still five seconds more than a POST may take.
MESSAGE_LEASE = timedelta(seconds=12)
MESSAGE_ABSENT_AFTER = timedelta(seconds=10)
MESSAGE_ABSENT_AGAIN_AFTER = timedelta(seconds=3)
FASTER = 3
# What has a time of day keeps it, and what moves no message its pace.
CELERY_BEAT_SCHEDULE = {
    name: entry | {"schedule": max(1.0, every / FASTER)}
    if isinstance(every := entry["schedule"], float)
    and str(entry["task"]).startswith("notifications.")
    else entry
    for name, entry in CELERY_BEAT_SCHEDULE.items()
}
