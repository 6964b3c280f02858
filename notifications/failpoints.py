"""Places where a worker may be told to die, so that a test can prove that nothing is lost there.

`FRONTDESK_FAILPOINT=after_post:0.01` ends the process at every hundredth message or so; it is read
only where DEBUG is on.
"""

import os
import random

from django.conf import settings

EXIT_CODE = 137
# Where a sender may die, where a worker that settles what is unclear, and where the web.
SENDING = (
    *("before_combine", "after_combine", "after_claim"),
    *("before_post", "after_post", "before_finish", "after_finish"),
)
SETTLING = ("after_reaping", "after_settling")
HEARING = ("before_hearing", "after_hearing")
NAMES = SENDING + SETTLING + HEARING


def _read() -> tuple[str, float]:
    name, _, chance = os.environ.get("FRONTDESK_FAILPOINT", "").partition(":")
    if not (settings.DEBUG and name):
        return "", 0.0
    if name not in NAMES:
        raise ValueError(f"FRONTDESK_FAILPOINT must be one of {', '.join(NAMES)}")
    return name, float(chance or 1)


_name, _chance = _read()


def reach(name: str) -> None:
    if name == _name and random.random() < _chance:
        os._exit(EXIT_CODE)
