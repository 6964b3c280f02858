"""What may be done to a message: apps plan and withdraw it, workers send and settle it."""

from notifications.actions.hearing import Heard, apply_status, receive_inbound
from notifications.actions.planning import cancel, plan
from notifications.actions.registering import register_templates
from notifications.actions.sending import send_due
from notifications.actions.settling import settle

__all__ = [
    "Heard",
    "apply_status",
    "cancel",
    "plan",
    "receive_inbound",
    "register_templates",
    "send_due",
    "settle",
]
