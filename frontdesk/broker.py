"""Telling a worker to look now. The tables know what there is to do, and beat makes up for every
wake-up that was lost, so a broker is asked once and briefly."""

import logging
import time
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError

logger = logging.getLogger(__name__)

EXPIRES = 10
# A broker that does not answer costs a page 20 ms, and only once in this many seconds; left to
# itself, the client would ask for nine seconds while the page waits.
QUIET_AFTER_FAILURE = 5.0
ASK_ONCE = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "connect_retries_timeout": 1,
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
}


class _Broker:
    """When it was asked in vain last, so that a dead one is not asked at every click."""

    failed_at = float("-inf")


def wake_on_commit(task: str, *args: object) -> None:
    """Tell a worker to run a task when the transaction of the deed is through."""
    transaction.on_commit(partial(wake, task, *args), robust=True)


def wake(task: str, *args: object) -> None:
    """Tell a worker to run a task now; without a broker it waits for the next beat."""
    now = time.monotonic()
    if now - _Broker.failed_at < QUIET_AFTER_FAILURE:
        return
    options = {**current_app.conf.broker_transport_options, **ASK_ONCE}
    try:
        with current_app.connection_for_write(transport_options=options) as connection:
            current_app.send_task(
                task, args=args, connection=connection, expires=EXPIRES, retry=False
            )
    except (KombuError, OSError) as error:
        _Broker.failed_at = now
        logger.warning(
            "the broker does not answer (%s); %s waits for the next beat",
            type(error).__name__,
            task,
        )
