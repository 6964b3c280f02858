"""What an app does when a customer answers its notice with yes or no."""

from datetime import datetime
from typing import Protocol

from frontdesk.staff.models import Staff
from notifications.models import TOGETHER, Meaning, Message


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
    if message.notice == TOGETHER:
        return _hook_for_all(message)
    template = message.template.key if message.template else ""
    return _hooks.get(message.notice or template)


def _hook_for_all(carrier: Message) -> OnReply | None:
    """An answer to several notices in one goes to each of them that asked for one."""
    parts = carrier.carries.select_related("branch", "customer", "template").order_by("pk")
    asked = [(part, hook) for part in parts if (hook := hook_for(part))]
    if not asked:
        return None

    def answer(message: Message, meaning: Meaning, *, by: Staff | None, at: datetime) -> str:
        told = [hook(part, meaning, by=by, at=at) for part, hook in asked]
        return " ".join(words for words in told if words)

    return answer
