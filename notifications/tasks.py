"""What workers do when they are woken; PostgreSQL knows what there is to do."""

from datetime import timedelta

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.utils import timezone

from frontdesk.broker import wake
from notifications import actions
from notifications.actions.planning import PUMP_TASK

# A worker has few threads, and all the house's tasks share them.
A_TURN = timedelta(seconds=5)


@worker_shutting_down.connect
def _drain(**_values: object) -> None:
    """Claim nothing more; what is on its way is finished before the worker ends."""
    actions.STOPPING.set()


@worker_ready.connect
def _listen(**_values: object) -> None:
    """Whatever was written to us while no worker ran comes before any campaign."""
    wake("notifications.tasks.ask")


@shared_task
def pump(sender: int) -> None:
    """Send for a few seconds, then let other tasks come before going on."""
    if actions.pump(sender, places=1, budget=A_TURN) is None:
        # Whoever pumps it goes on; should that be over, beat wakes us.
        return
    if not actions.STOPPING.is_set() and sender in actions.senders_with_due():
        wake(PUMP_TASK, sender)


@shared_task
def tick() -> None:
    """Wake a pump for every sender with something due: a lost wake-up costs five seconds."""
    for sender in actions.senders_with_due():
        wake(PUMP_TASK, sender)
    actions.note_heartbeat("tick")


@shared_task
def settle() -> None:
    actions.settle()
    actions.note_heartbeat("settle")


@shared_task
def ask() -> None:
    """What the provider did not tell, or told while we were away."""
    actions.pull_inbound()
    actions.poll_stale()
    actions.forget_tries(at=timezone.now())
    actions.note_heartbeat("ask")


@shared_task
def ask_prices() -> None:
    actions.pull_prices()


@shared_task
def stand_in() -> None:
    """What did not arrive goes another way in time; what nobody sent by hand leaves its list."""
    actions.fall_back_in_time(at=timezone.now())
    actions.combine_by_hand(at=timezone.now())
    actions.stand_in_for_held(at=timezone.now())
    actions.clear_by_hand(at=timezone.now())


@shared_task
def plan_periodic() -> None:
    """What no deed plans: birthdays, and what was decided anew about a notice."""
    actions.plan_birthdays(at=timezone.now())
    actions.replan_notices(at=timezone.now())
    register_templates()


@shared_task
def replan_notices() -> None:
    actions.replan_notices(at=timezone.now())


@shared_task
def register_templates() -> None:
    actions.register_templates()
    actions.follow_approvals(at=timezone.now())
