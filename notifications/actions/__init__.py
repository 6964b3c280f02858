"""What may be done to a message: apps plan and withdraw it, workers send and settle it."""

from notifications.actions.approving import follow_approvals
from notifications.actions.birthdays import plan_birthdays
from notifications.actions.by_hand import clear_by_hand
from notifications.actions.combining import combine_by_hand
from notifications.actions.falling_back import fall_back, fall_back_in_time
from notifications.actions.guarding import forget_tries
from notifications.actions.hearing import receive_inbound
from notifications.actions.holding import stand_in_for_held
from notifications.actions.noticing import (
    NO_LONGER,
    CannotSetNotice,
    Decision,
    decided,
    decisions,
    forget_notice,
    plan_notice,
    replan_notices,
    set_notice,
    withdraw,
)
from notifications.actions.parting import release
from notifications.actions.planning import cancel, plan
from notifications.actions.polling import poll_stale
from notifications.actions.pricing import pull_prices
from notifications.actions.pulling import pull_inbound
from notifications.actions.pumping import PUMP_BUDGET, STOPPING, pump, send_due, senders_with_due
from notifications.actions.recovering import recover
from notifications.actions.registering import register_templates, write_version
from notifications.actions.senders import (
    ensure_senders,
    pause_sender,
    resume_sender,
    sender_for,
    set_sender,
)
from notifications.actions.settling import note_heartbeat, settle
from notifications.actions.sms import with_way_out
from notifications.actions.statuses import apply_status
from notifications.actions.suppressing import (
    leave_by_link,
    leave_in_peace,
    lift_for,
    obey_provider,
    record_opt_out,
)
from notifications.actions.talking import Heard

__all__ = [
    "NO_LONGER",
    "PUMP_BUDGET",
    "STOPPING",
    "CannotSetNotice",
    "Decision",
    "Heard",
    "apply_status",
    "cancel",
    "clear_by_hand",
    "combine_by_hand",
    "decided",
    "decisions",
    "ensure_senders",
    "fall_back",
    "fall_back_in_time",
    "follow_approvals",
    "forget_notice",
    "forget_tries",
    "leave_by_link",
    "leave_in_peace",
    "lift_for",
    "note_heartbeat",
    "obey_provider",
    "pause_sender",
    "plan",
    "plan_birthdays",
    "plan_notice",
    "poll_stale",
    "pull_inbound",
    "pull_prices",
    "pump",
    "receive_inbound",
    "record_opt_out",
    "recover",
    "register_templates",
    "release",
    "replan_notices",
    "resume_sender",
    "send_due",
    "sender_for",
    "senders_with_due",
    "set_notice",
    "set_sender",
    "settle",
    "stand_in_for_held",
    "with_way_out",
    "withdraw",
    "write_version",
]
