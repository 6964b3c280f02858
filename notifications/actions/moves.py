"""The one place that changes a message: along the arrows, with an event for each step."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
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
            _update(list(self.changed.values()), sorted(self.fields))
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


def _update(messages: Sequence[Message], names: Sequence[str]) -> None:
    """One statement for all rows: `bulk_update` takes ten times as long to put its own together."""
    fields: list[Any] = [Message._meta.get_field(name) for name in names]
    columns = [connection.ops.quote_name(field.column) for field in fields]
    casts = ", ".join(f"%s::{field.cast_db_type(connection)}" for field in fields)
    rows = ", ".join([f"(%s::bigint, {casts})"] * len(messages))
    settings = ", ".join(f"{column} = new.{column}" for column in columns)
    sql = (
        f"UPDATE {Message._meta.db_table} AS old SET {settings}"  # noqa: S608
        f" FROM (VALUES {rows}) AS new (pk, {', '.join(columns)}) WHERE old.id = new.pk"
    )
    values: list[Any] = []
    for message in messages:
        raw = ((field, getattr(message, field.attname)) for field in fields)
        values += [message.pk, *(field.get_db_prep_save(value, connection) for field, value in raw)]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def locked(messages: Iterable[int]) -> "QuerySet[Message]":
    """The rows by their keys, locked in one order so that two workers never wait for each other."""
    rows = Message.objects.filter(pk__in=list(messages)).order_by("pk")
    return rows.select_for_update(of=("self",)).select_related(
        "branch", "customer", "template__current", "version", "sender"
    )
