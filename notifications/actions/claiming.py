"""Claiming: one statement picks what is due, judges it, and writes the intent to post it.

What may not go now leaves the line in the same statement, with its reason: suppressed, expired, or
queued again for later. docs/decisions/0012 says why it is one statement.
"""

import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop as _

from frontdesk.branches.models import Branch
from notifications import failpoints
from notifications.actions.combining import combine
from notifications.actions.falling_back import fall_back
from notifications.actions.pacing import Grant
from notifications.actions.parting import take_apart
from notifications.actions.statements import Statement
from notifications.models import HOLD_WORDS, Lane, Message, Portfolio
from notifications.providers import twilio
from notifications.providers.codes import ErrorClass
from notifications.states import MessageState

WINDOW = timedelta(hours=24)
# A deed at the desk is over that quickly.
A_MOMENT = 0.05
WAIT_FOR_TEMPLATE = timedelta(minutes=15)
# What WhatsApp lets one number have in the long run; a burst is borrowed from the next minutes.
PAIR_MINUTE, MOST_A_PAIR = timedelta(minutes=1), 10

# Why a message waits for its words: WhatsApp does not know them, or does not take them now.
HOLDS: dict[str, str] = {
    "template": _("Templat belum dikenal penyedia"),
    **HOLD_WORDS,
}
# What a reason does to the message and what the desk reads.
REASONS: dict[str, tuple[MessageState, str]] = {
    "go": (MessageState.SENDING, ""),
    "expired": (MessageState.EXPIRED, ""),
    "address": (MessageState.SUPPRESSED, _("Nomor HP atau alamat tidak ada")),
    "left_alone": (MessageState.SUPPRESSED, _("Pelanggan tidak ingin menerima pesan")),
    "consent": (
        MessageState.SUPPRESSED,
        _("Pelanggan belum menyetujui atau sudah menarik persetujuan"),
    ),
    "bad_number": (MessageState.SUPPRESSED, _("Nomor ini tidak dapat menerima pesan")),
    "no_whatsapp": (MessageState.SUPPRESSED, _("Nomor ini tidak memakai WhatsApp")),
    "window": (MessageState.SUPPRESSED, _("Sudah lebih dari 24 jam sejak pesan pelanggan")),
    "quiet": (MessageState.QUEUED, _("Jam tenang")),
    **{hold: (MessageState.QUEUED, words) for hold, words in HOLDS.items()},
    "pair": (MessageState.QUEUED, _("Jeda antarpesan ke nomor yang sama")),
    "people": (MessageState.QUEUED, _("Batas orang per 24 jam tercapai")),
    "one_a_day": (MessageState.QUEUED, _("Sudah ada pesan lain hari itu")),
    # Left as it is, until it stands in one message with what else she is due that day.
    "together": (MessageState.QUEUED, ""),
}
REGROUPED = frozenset({"together", "apart"})
INSTEAD = {"bad_number": ErrorClass.BAD_NUMBER, "no_whatsapp": ErrorClass.NO_WHATSAPP}


@dataclass(frozen=True, slots=True)
class Claim:
    """One message that is ours to post until the lease ends."""

    pk: int
    public_id: uuid.UUID
    lane: int
    channel: str
    to: str
    version: int | None
    content_sid: str
    # JSON, as it stands in the table.
    variables: str
    body: str
    seconds_left: int
    attempts: int


@dataclass(frozen=True)
class Slice:
    at: datetime
    lease: uuid.UUID
    claims: Sequence[Claim]
    # How many were looked at, whatever became of them.
    seen: int


@dataclass(frozen=True)
class Hours:
    """What each branch's wall clock says to a message that is due now."""

    # As the statement reads it: written once a minute, read with every slice.
    rows: str

    @classmethod
    def of(cls, branches: Sequence[Branch], *, at: datetime) -> "Hours":
        return cls(json.dumps([cls._row(branch, at=at) for branch in branches]))

    @staticmethod
    def _row(branch: Branch, *, at: datetime) -> dict[str, object]:
        after = branch.after_quiet(at)
        return {
            "branch_id": branch.pk,
            "later": after.isoformat() if after > at else None,
            "day": branch.business_date(at).isoformat(),
            "morning": branch.next_morning(at).isoformat(),
        }


_HOLDS = ", ".join(f"'{hold}'" for hold in HOLDS)
# What `Template.hold` says, and that nobody sends what was never handed in at the real provider.
HELD = """CASE WHEN template.message_class = 'personal' THEN ''
        WHEN template.stopped_at IS NOT NULL THEN 'stopped'
        WHEN version.approval IN ('rejected', 'paused', 'disabled') THEN version.approval
        WHEN version.approval NOT IN ('', 'approved') THEN 'pending'
        WHEN version.approval = '' AND %(needs_approval)s THEN 'pending' ELSE '' END"""
# `first` looks at more than is wanted, because other workers hold some of them. `locked` hides the
# state from the planner, which would else walk the whole line to find these few rows in it;
# 'together' does the same, so that only the customer's own rows are looked at.
_WORDS = ", ".join(
    f"('{reason}', '{state.value}', '{words}')" for reason, (state, words) in REASONS.items()
)
_CLAIM = Statement(f"""
WITH sources AS (
    SELECT lanes.lane, batch.id AS batch_id
    FROM unnest(%(lanes)s::int[]) AS lanes (lane) CROSS JOIN notifications_batch batch
    LEFT JOIN notifications_template template ON template.id = batch.template_id
    LEFT JOIN notifications_templateversion version ON version.id = template.current_id
    WHERE batch.state = 'running'
        AND NOT (%(is_whatsapp)s AND batch.template_id IS NOT NULL AND {HELD} <> '')
), due AS MATERIALIZED (
    SELECT found.* FROM unnest(%(lanes)s::int[]) AS lanes (lane) CROSS JOIN LATERAL (
        SELECT id, lane, due_at FROM notifications_message
        WHERE sender_id = %(sender)s AND state = 'queued' AND batch_id IS NULL
            AND lane = lanes.lane AND due_at <= %(at)s
            AND (%(may_promote)s OR message_class <> 'marketing')
        ORDER BY batch_id, due_at, id LIMIT 192
    ) found
    UNION ALL
    SELECT found.* FROM sources CROSS JOIN LATERAL (
        SELECT id, lane, due_at FROM notifications_message
        WHERE sender_id = %(sender)s AND state = 'queued' AND batch_id = sources.batch_id
            AND lane = sources.lane AND due_at <= %(at)s
            AND (%(may_promote)s OR message_class <> 'marketing')
        ORDER BY batch_id, due_at, id LIMIT 192
    ) found
), first AS MATERIALIZED (
    SELECT id FROM due ORDER BY lane, due_at, id LIMIT %(total)s * 3
), locked AS MATERIALIZED (
    SELECT message.* FROM first JOIN notifications_message message ON message.id = first.id
    WHERE concat(message.state) = 'queued' AND message.due_at <= %(at)s
    ORDER BY message.lane, message.due_at, message.id LIMIT %(total)s
    FOR UPDATE OF message SKIP LOCKED
), picked AS (
    SELECT * FROM (
        SELECT locked.*, row_number() OVER (
            PARTITION BY lane = %(campaign)s ORDER BY lane, due_at, id) AS nth
        FROM locked
    ) counted WHERE lane <> %(campaign)s OR nth <= %(campaigns)s
), known AS (
    SELECT picked.id, picked.public_id, picked.lane, picked.due_at, picked.expires_at,
        picked.message_class, picked.channel, picked.one_a_day, picked.customer_id,
        picked.template_id, picked.variables, picked.body, picked.attempts, picked.branch_id,
        picked.absent_seen = 0 AND picked.merges AS merges,
        picked.absent_seen = 0 AND picked.notice = 'together' AS carries,
        address.phone, version.id AS version_id, COALESCE(version.content_sid, '') AS content_sid,
        CASE WHEN picked.channel = 'email' THEN picked.to_email ELSE address.phone END AS address,
        CASE WHEN picked.template_id IS NULL THEN '' ELSE {HELD} END AS held,
        hours.later, hours.day, hours.morning, standing.bad_since, standing.no_whatsapp_until,
        COALESCE(standing.last_inbound_at > %(at)s - %(window)s, FALSE) AS in_window
    FROM picked
    LEFT JOIN customers_customer customer ON customer.id = picked.customer_id
    LEFT JOIN notifications_template template ON template.id = picked.template_id
    LEFT JOIN notifications_templateversion version ON version.id = template.current_id
    LEFT JOIN json_to_recordset(%(hours)s::json)
        AS hours (branch_id bigint, later timestamptz, day date, morning timestamptz)
        ON hours.branch_id = picked.branch_id
    CROSS JOIN LATERAL (SELECT CASE
        WHEN picked.to_phone <> '' AND (picked.customer_id IS NULL OR picked.batch_id IS NOT NULL
            OR picked.message_class = 'personal') THEN picked.to_phone
        ELSE COALESCE(customer.phone, '') END AS phone) address
    LEFT JOIN notifications_phonestanding standing ON standing.phone = address.phone
), judged AS MATERIALIZED (
    SELECT known.*, CASE
        WHEN expires_at <= %(at)s THEN 'expired'
        WHEN address = '' THEN 'address'
        WHEN EXISTS (
            SELECT FROM notifications_suppression left_alone
            WHERE left_alone.phone = known.phone AND left_alone.lifted_at IS NULL
                AND left_alone.channel IN ('', known.channel)
                AND (left_alone.scope = 'all' OR known.message_class = 'marketing')
        ) AND NOT (message_class = 'personal' AND in_window) THEN 'left_alone'
        WHEN message_class <> 'personal' AND NOT COALESCE((
            SELECT consent.is_granted AND (known.channel <> 'email' OR consent.covers_email)
            FROM customers_consentevent consent
            WHERE consent.customer_id = known.customer_id AND consent.purpose =
                CASE WHEN known.message_class = 'marketing' THEN 'promo' ELSE 'service' END
            ORDER BY consent.at DESC, consent.id DESC LIMIT 1
        ), FALSE) THEN 'consent'
        WHEN channel <> 'email' AND bad_since IS NOT NULL THEN 'bad_number'
        WHEN channel = 'whatsapp' AND no_whatsapp_until > %(at)s THEN 'no_whatsapp'
        WHEN channel = 'whatsapp' AND template_id IS NULL AND NOT in_window THEN 'window'
        WHEN message_class <> 'personal' AND later IS NOT NULL THEN 'quiet'
        WHEN channel = 'whatsapp' AND template_id IS NOT NULL AND content_sid = '' THEN 'template'
        WHEN channel = 'whatsapp' AND (held = 'stopped' OR held <> '' AND NOT in_window)
            THEN held
        WHEN channel = 'whatsapp' AND EXISTS (
            SELECT FROM notifications_message other
            WHERE other.to_phone = known.phone AND other.accepted_at > %(at)s - %(pair_minute)s
            OFFSET %(most_a_pair)s - 1
        ) THEN 'pair'
        WHEN merges AND EXISTS (
            SELECT FROM notifications_message other
            WHERE other.customer_id = known.customer_id AND other.merges AND other.absent_seen = 0
                AND concat(other.state) = 'queued' AND other.id <> known.id
                AND concat(other.sender_id) = concat(%(sender)s::bigint)
                AND other.branch_id + 0 = known.branch_id AND other.channel = known.channel
                AND other.due_at < known.morning AND other.expires_at > %(at)s
        ) THEN 'together'
        ELSE 'go' END AS first_reason
    FROM known
), budgeted AS (
    SELECT judged.*, CASE WHEN %(people_left)s::int IS NOT NULL AND is_new
        AND row_number() OVER (PARTITION BY is_new ORDER BY lane, due_at, id) > %(people_left)s
        THEN 'people' ELSE first_reason END AS second_reason
    FROM judged CROSS JOIN LATERAL (
        SELECT %(people_left)s::int IS NOT NULL AND first_reason = 'go' AND NOT in_window
            AND NOT EXISTS (
                SELECT FROM notifications_reachedphone reached
                WHERE reached.portfolio_id = %(portfolio)s AND reached.phone = judged.phone
                    AND reached.at > %(at)s - %(window)s) AS is_new
    ) person
), slots AS (
    INSERT INTO notifications_dayslot (phone, day, message_id)
    SELECT phone, day, id FROM budgeted WHERE second_reason = 'go' AND one_a_day
    ORDER BY phone, lane, due_at, id
    ON CONFLICT (phone, day) DO NOTHING RETURNING message_id
), decided AS MATERIALIZED (
    SELECT budgeted.*, CASE WHEN second_reason = 'go' AND one_a_day
            AND NOT EXISTS (SELECT FROM slots WHERE slots.message_id = budgeted.id)
            AND NOT EXISTS (SELECT FROM notifications_dayslot mine
                WHERE mine.phone = budgeted.phone AND mine.day = budgeted.day
                    AND mine.message_id = budgeted.id)
        THEN 'one_a_day' ELSE second_reason END AS last_reason
    FROM budgeted
), timed AS (
    SELECT decided.*, CASE last_reason WHEN 'quiet' THEN later WHEN 'one_a_day' THEN morning
        WHEN 'pair' THEN %(at)s + %(pair_minute)s
        WHEN 'people' THEN %(people_at)s
        ELSE CASE WHEN last_reason IN ({_HOLDS}) THEN %(at)s + %(wait_for_template)s
            ELSE due_at END END AS new_due_at
    FROM decided
), ruled AS MATERIALIZED (
    SELECT timed.*, words.reason, words.words, (reason = 'go')::int AS go, CASE
        WHEN words.state = 'queued' AND new_due_at >= expires_at AND reason NOT IN ({_HOLDS})
        THEN 'expired' ELSE words.state END AS new_state
    FROM timed JOIN (VALUES {_WORDS}) AS words (reason, state, words)
        ON words.reason = timed.last_reason
), settled AS MATERIALIZED (
    SELECT ruled.*, reason = 'together' OR (
        carries AND (new_state NOT IN ('sending', 'queued') OR reason IN ({_HOLDS}))) AS regroups
    FROM ruled
), reached AS (
    INSERT INTO notifications_reachedphone (portfolio_id, phone, at)
    SELECT DISTINCT %(portfolio)s::bigint, phone, %(at)s::timestamptz FROM ruled
    WHERE %(people_left)s::int IS NOT NULL AND reason = 'go' AND NOT in_window ORDER BY phone
    ON CONFLICT (portfolio_id, phone) DO UPDATE SET at = EXCLUDED.at
), moved AS (
    UPDATE notifications_message message SET
        state = ruled.new_state,
        due_at = ruled.new_due_at,
        problem = ruled.words,
        error_code = '',
        version_id = COALESCE(ruled.version_id, message.version_id),
        to_phone = CASE WHEN ruled.phone <> '' THEN ruled.phone ELSE message.to_phone END,
        final_at = CASE WHEN ruled.new_state IN ('suppressed', 'expired') THEN %(at)s END,
        attempts = message.attempts + go,
        lease = CASE go WHEN 1 THEN %(lease)s::uuid END,
        lease_until = CASE go WHEN 1 THEN %(at)s + %(lease_for)s END,
        intent_at = CASE go WHEN 1 THEN %(at)s ELSE message.intent_at END,
        unknown_since = NULL,
        absent_seen = CASE go WHEN 1 THEN 0 ELSE message.absent_seen END,
        absent_seen_at = CASE go WHEN 1 THEN NULL ELSE message.absent_seen_at END,
        from_address = CASE go WHEN 1 THEN %(from_address)s ELSE message.from_address END
    FROM settled AS ruled WHERE message.id = ruled.id AND NOT regroups
), told AS (
    INSERT INTO notifications_messageevent
        (message_id, old, new, provider_status, error_code, at, note)
    SELECT id, 'queued', new_state, '', '', %(at)s, words FROM settled
    WHERE NOT regroups ORDER BY id
)
SELECT CASE WHEN regroups AND reason <> 'together' THEN 'apart' ELSE reason END, id, public_id,
    lane, channel, address, version_id, content_sid, variables, body,
    EXTRACT(EPOCH FROM expires_at - %(at)s)::int, attempts + 1
FROM settled ORDER BY lane, due_at, id
""")  # noqa: S608
_REACHED = Statement("""
SELECT count(*), min(at) FROM notifications_reachedphone
WHERE portfolio_id = %(portfolio)s AND at > %(since)s
""")


def claim(sender: int, grant: Grant, hours: Hours, *, at: datetime) -> Slice:
    """Take up to the granted number of due messages and write the intent to post them."""
    taken, regrouped = _claim(sender, grant, hours, at=at)
    if regrouped:
        failpoints.reach("before_combine")
    # Once the claim is committed: whoever holds one of them then never waits for us.
    done = [
        bool(combine(pk, at=at) if reason == "together" else take_apart(pk, at=at))
        for pk, reason in regrouped
    ]
    if regrouped:
        failpoints.reach("after_combine")
    if regrouped and not any(done):
        # Somebody plans for them at this moment.
        time.sleep(A_MOMENT)
    return taken


@transaction.atomic
def _claim(
    sender: int, grant: Grant, hours: Hours, *, at: datetime
) -> tuple[Slice, list[tuple[int, str]]]:
    people_left, people_at = _people(grant, at=at)
    lease = uuid.uuid4()
    lanes = [lane for lane in Lane if grant.campaigns or lane != Lane.CAMPAIGN]
    values: dict[str, Any] = {
        "sender": sender,
        "at": at,
        "total": grant.total,
        "campaigns": grant.campaigns,
        "lanes": [lane.value for lane in lanes],
        "campaign": Lane.CAMPAIGN.value,
        "may_promote": grant.may_promote,
        "window": WINDOW,
        "pair_minute": PAIR_MINUTE,
        "most_a_pair": MOST_A_PAIR,
        "wait_for_template": WAIT_FOR_TEMPLATE,
        "portfolio": grant.portfolio,
        "people_left": people_left,
        "people_at": people_at,
        "hours": hours.rows,
        "lease": lease,
        "lease_for": settings.MESSAGE_LEASE,
        "from_address": grant.address,
        "is_whatsapp": grant.address.startswith("whatsapp:"),
        "needs_approval": not twilio.is_local(),
    }
    rows = _CLAIM.run(values)
    for reason, pk, *_rest in rows:
        if reason in INSTEAD:
            fall_back(Message.objects.get(pk=pk), error=INSTEAD[reason], at=at)
    claims = [Claim(*row) for reason, *row in rows if reason == "go"]
    regrouped = [(pk, reason) for reason, pk, *_rest in rows if reason in REGROUPED]
    return Slice(at, lease, claims, len(rows)), regrouped


def _people(grant: Grant, *, at: datetime) -> tuple[int | None, datetime]:
    """How many more people the portfolio may reach, and when the next place is free.

    The portfolio's row is held until the claim is committed: two senders share one limit.
    """
    if grant.portfolio is None or grant.people_a_day is None:
        return None, at
    Portfolio.objects.select_for_update(no_key=True).get(pk=grant.portfolio)
    [(used, oldest)] = _REACHED.run({"portfolio": grant.portfolio, "since": at - WINDOW})
    return max(0, grant.people_a_day - used), (oldest or at) + WINDOW
