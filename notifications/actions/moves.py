"""The one place that changes a message: along the arrows, with an event for each step."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from frontdesk.staff.models import Staff
from notifications.models import Message, MessageEvent
from notifications.states import TRANSITIONS, MessageState


class Moves:
    """Changes to rows that the caller has locked, written together at the end."""

    def __init__(self, *, at: datetime, by: Staff | None = None) -> None:
        self.at = at
        self.by = by
        self.changed: dict[int, Message] = {}
        self.fields: set[str] = set()
        self.events: list[MessageEvent] = []

    def move(self, message: Message, to: MessageState, *, note: str = "", **values: object) -> bool:
        """Say whether the arrow exists; only then anything changes."""
        old = MessageState(message.state)
        if to not in TRANSITIONS[old]:
            return False
        self._set(message, state=to, **values)
        self._event(message, old=old, note=note)
        return True

    def change(self, message: Message, *, note: str = "", **values: object) -> None:
        """Note what is new about a message that stays where it is."""
        self._set(message, **values)
        self._event(message, old=message.state, note=note)

    def started(self, message: Message) -> None:
        self._event(message, old="", note="")

    def write(self) -> None:
        if self.changed:
            Message.objects.bulk_update(self.changed.values(), sorted(self.fields))
        MessageEvent.objects.bulk_create(self.events)

    def _set(self, message: Message, **values: object) -> None:
        for name, value in values.items():
            setattr(message, name, value)
        self.fields |= set(values)
        if values:
            self.changed[message.pk] = message

    def _event(self, message: Message, *, old: str, note: str) -> None:
        self.events.append(
            MessageEvent(
                message=message,
                old=old,
                new=message.state,
                provider_status=message.provider_status,
                error_code=message.error_code,
                by=self.by,
                at=self.at,
                note=note[:300],
            )
        )


def locked(messages: Iterable[int]) -> "QuerySet[Message]":
    """The rows by their keys, locked in one order so that two workers never wait for each other."""
    rows = Message.objects.filter(pk__in=list(messages)).order_by("pk")
    return rows.select_for_update(of=("self",)).select_related("branch", "customer", "template")
