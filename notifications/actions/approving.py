"""Handing each current text in at WhatsApp, and noting what became of it."""

import logging
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from notifications.models import Approval, MessageClass, TemplateVersion
from notifications.providers import approvals, twilio

logger = logging.getLogger(__name__)

CATEGORY = {MessageClass.TRANSACTIONAL: "UTILITY", MessageClass.MARKETING: "MARKETING"}
# WhatsApp answers within minutes or a day; and it may pause a text that people complain of.
WHILE_WAITING = timedelta(minutes=5)
AFTERWARDS = timedelta(hours=6)
# Messages wait for it.
WHILE_HELD = timedelta(minutes=30)
# The project's own server is asked at every beat: a person who decides there waits for it.
NEXT_DOOR = timedelta(seconds=50)
AT_ONCE = 20


def follow_approvals(*, at: datetime) -> int:
    """Ask for what was not asked for, and look at what may have changed; say how much did."""
    if not twilio.is_configured():
        return 0
    changed = 0
    for version in _to_look_at(at)[:AT_ONCE]:
        try:
            answer = _answer(version)
        except twilio.LookUpFailed as problem:
            logger.warning("Approval of template version %s is not known: %s", version.pk, problem)
            continue
        known = answer.status if answer.status in Approval.values else Approval.PENDING
        changed += known != version.approval
        TemplateVersion.objects.filter(pk=version.pk).update(
            approval=known, approval_note=answer.note, approval_seen_at=at
        )
    return changed


def _pause(usual: timedelta) -> timedelta:
    return min(usual, NEXT_DOOR) if twilio.is_local() else usual


def _to_look_at(at: datetime) -> QuerySet[TemplateVersion]:
    never = Q(approval="") | Q(approval_seen_at=None)
    waiting = Q(approval__in=[Approval.RECEIVED, Approval.PENDING]) & Q(
        approval_seen_at__lte=at - _pause(WHILE_WAITING)
    )
    held = Q(approval__in=[Approval.REJECTED, Approval.PAUSED, Approval.DISABLED]) & Q(
        approval_seen_at__lte=at - _pause(WHILE_HELD)
    )
    settled = ~Q(approval="") & Q(approval_seen_at__lte=at - _pause(AFTERWARDS))
    return (
        TemplateVersion.objects.filter(
            never | waiting | held | settled,
            template__current=F("pk"),
            template__is_archived=False,
            template__message_class__in=list(CATEGORY),
        )
        .exclude(content_sid="")
        .select_related("template")
        .order_by(F("approval_seen_at").asc(nulls_first=True), "pk")
    )


def _answer(version: TemplateVersion) -> approvals.Answer:
    if version.approval:
        return approvals.look(version.content_sid)
    return approvals.ask(
        version.content_sid,
        name=f"{version.template.key}_v{version.number}",
        category=CATEGORY[MessageClass(version.template.message_class)],
    )
