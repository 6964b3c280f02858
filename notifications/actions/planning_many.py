"""Planning a whole campaign: one statement for thousands of messages and their first event."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from frontdesk.staff.models import Staff
from notifications.models import Batch, Lane, Message, MessageClass, MessageEvent, Template
from notifications.states import MessageState

# What the recipients' query returns, in this order.
RECIPIENT = ("customer", "branch", "phone", "channel", "variables")
LAST = 2**62


@dataclass(frozen=True)
class Departure:
    """From the n-th message of a branch and channel on: when it leaves, and as whom."""

    branch: int
    channel: str
    sender: int
    first: int
    due_at: datetime


@dataclass(frozen=True)
class Campaign:
    """What all messages of a batch have in common."""

    batch: Batch
    # Begins the key of each; its customer's number follows.
    key: str
    template: Template
    may_sms: bool
    expires_at: datetime
    by: Staff | None


@dataclass(frozen=True)
class Planned:
    """How many recipients were looked at, the last of them, and the messages by departure group."""

    looked_at: int
    last_customer: int
    messages: dict[tuple[int, str], int]


def plan_many(
    campaign: Campaign,
    recipients: QuerySet[Any, tuple[Any, ...]],
    *,
    departures: Sequence[Departure],
    planned: dict[tuple[int, str], int],
    at: datetime,
) -> Planned:
    """Plan one message for each recipient who has none in the batch, in the caller's transaction.

    `recipients` returns the columns of `RECIPIENT`, ordered by customer; `planned` says how many
    messages each branch and channel has from earlier calls. A number stands in a batch once: only
    that is asked beforehand, because asking each unique index would be a fifth of the work.
    """
    try:
        picked, picked_values = recipients.query.sql_with_params()
    except EmptyResultSet:
        return Planned(0, 0, {})
    columns, fixed = _columns(campaign, at=at)
    sql = f"""
        WITH picked ({", ".join(RECIPIENT)}) AS MATERIALIZED ({picked}),
        departure (branch, channel, sender, first, after_last, due_at, planned) AS (
            VALUES {", ".join([_DEPARTURE] * len(departures))}
        ),
        numbered AS (
            SELECT picked.*, row_number() OVER (PARTITION BY branch, channel ORDER BY customer) - 1
                AS place
            FROM picked
        ),
        new AS (
            INSERT INTO {Message._meta.db_table} ({", ".join(columns)})
            SELECT {", ".join(columns.values())}
            FROM numbered JOIN departure
                ON departure.branch = numbered.branch AND departure.channel = numbered.channel
                AND place + planned >= first AND place + planned < after_last
            ORDER BY customer
            ON CONFLICT (batch_id, to_phone, parent_id) WHERE batch_id IS NOT NULL DO NOTHING
            RETURNING id, branch_id, channel
        ),
        told AS (
            INSERT INTO {MessageEvent._meta.db_table}
                (message_id, old, new, provider_status, error_code, by_id, at, note)
            SELECT id, '', '{MessageState.QUEUED}', '', '', %s, %s, '' FROM new
        )
        SELECT branch_id, channel, count(*),
            (SELECT count(*) FROM picked), (SELECT max(customer) FROM picked)
        FROM new GROUP BY 1, 2
        UNION ALL SELECT NULL, NULL, 0, (SELECT count(*) FROM picked),
            (SELECT max(customer) FROM picked)
    """  # noqa: S608
    values = [
        *picked_values,
        *_departure_values(departures, planned),
        *fixed,
        campaign.by.pk if campaign.by else None,
        at,
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    return Planned(
        looked_at=rows[-1][3],
        last_customer=rows[-1][4] or 0,
        messages={(branch, channel): count for branch, channel, count, *_ in rows if branch},
    )


_DEPARTURE = (
    "(%s::bigint, %s::text, %s::bigint, %s::bigint, %s::bigint, %s::timestamptz, %s::bigint)"
)


def _departure_values(
    departures: Sequence[Departure], planned: dict[tuple[int, str], int]
) -> list[Any]:
    """Each departure ends where the next one of its branch and channel begins."""
    values: list[Any] = []
    for departure in departures:
        group = (departure.branch, departure.channel)
        later = [
            other.first
            for other in departures
            if (other.branch, other.channel) == group and other.first > departure.first
        ]
        values += [
            departure.branch,
            departure.channel,
            departure.sender,
            departure.first,
            min(later, default=LAST),
            departure.due_at,
            planned.get(group, 0),
        ]
    return values


def _beginning(at: datetime) -> str:
    """Return the first 20 digits of a UUID that is ordered by time (RFC 9562, version 7).

    The customer's number is the rest: drawing each one by itself, and writing it anywhere in the
    index, would be a tenth of the work.
    """
    moment, noise = int(at.timestamp() * 1000), secrets.token_hex(3)
    return f"{moment:012x}7{noise[:3]}8{noise[3:]}"


def _columns(campaign: Campaign, *, at: datetime) -> tuple[dict[str, str], list[Any]]:
    """Every column of a message with its expression, and the values that these take in order.

    What is not said here is what a new message has by itself, so that a column added later needs
    nothing from here.
    """
    said = {
        "public_id": "(%s || lpad(to_hex(customer), 12, '0'))::uuid",
        "key": "%s || customer",
        "branch_id": "numbered.branch",
        "customer_id": "customer",
        "channel": "numbered.channel",
        "sender_id": "departure.sender",
        "variables": "numbered.variables",
        "to_phone": "phone",
        "due_at": "departure.due_at",
    }
    held = {
        "public_id": _beginning(at),
        "key": f"{campaign.key}:",
        "batch_id": campaign.batch.pk,
        "template_id": campaign.template.pk,
        "message_class": MessageClass.MARKETING,
        "lane": Lane.CAMPAIGN,
        "one_a_day": True,
        "may_sms": campaign.may_sms,
        "expires_at": campaign.expires_at,
        "state": MessageState.QUEUED,
        "created_at": at,
    }
    columns: dict[str, str] = {}
    values: list[Any] = []
    for field in Message._meta.concrete_fields:
        if field.primary_key or field.generated:
            continue
        columns[f'"{field.column}"'] = said.get(field.column, f"%s::{field.db_type(connection)}")
        if field.column in held:
            values.append(held[field.column])
        elif field.column not in said:
            values.append(field.get_db_prep_save(field.get_default(), connection))
    return columns, values
