"""What an app does when a customer answers its notice with yes or no."""

from datetime import datetime
from typing import Protocol

from frontdesk.staff.models import Staff
from notifications.models import Meaning, Message


class OnReply(Protocol):
    def __call__(
        self, message: Message, meaning: Meaning, *, by: Staff | None, at: datetime
    ) -> str:
        """Act on the answer to `message`, and return what is said to it; empty: nothing was done.

        `by` is whoever asked on the telephone, None when the customer wrote herself.
        """


_hooks: dict[str, OnReply] = {}


def on_reply(notice: str, hook: OnReply) -> None:
    _hooks[notice] = hook


def hook_for(message: Message) -> OnReply | None:
    template = message.template.key if message.template else ""
    return _hooks.get(message.notice or template)
