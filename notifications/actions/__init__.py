"""What may be done to a message: apps plan and withdraw it, workers send and settle it."""

from notifications.actions.hearing import Heard, apply_status, receive_inbound
from notifications.actions.planning import cancel, plan
from notifications.actions.registering import register_templates, write_version
from notifications.actions.senders import ensure_senders, sender_for
from notifications.actions.sending import send_due
from notifications.actions.settling import settle

__all__ = [
    "Heard",
    "apply_status",
    "cancel",
    "ensure_senders",
    "plan",
    "receive_inbound",
    "register_templates",
    "send_due",
    "sender_for",
    "settle",
    "write_version",
]
