"""What the provider refuses for its words or its sender is stopped, until a person goes on with it.

A template out of its window or unknown (63016, 21655) is refused for everybody, so one answer is
enough. Other words may be refused for what one customer's name put into them: these take a few.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop as _

from frontdesk.staff.actions import record
from frontdesk.staff.models import Staff, StaffEventKind
from notifications.models import Channel, Message, MessageClass, Sender, Template, TemplateVersion
from notifications.permissions import why_not_write_template

logger = logging.getLogger(__name__)

UNKNOWN_SENDER = "63007"
ENOUGH: Mapping[str, int] = {"63016": 1, "21655": 1}
ENOUGH_OF_OTHERS = 3
# Refusals further apart have nothing to do with each other.
ONE_AFTER_THE_OTHER = timedelta(hours=1)
REASON = _("Penyedia tidak mengenal pengirim ini (kode 63007)")


class CannotResumeTemplate(Exception):
    """The message says why, in words the desk may read."""


@transaction.atomic
def note_refusal(message: Message, *, code: str, at: datetime) -> None:
    """Stop what the provider refused; a person sees it on its page and goes on with it there."""
    logger.error("The provider refuses the words or the sender of message %s", message.pk)
    if code == UNKNOWN_SENDER:
        senders = Sender.objects.filter(messages=message, is_paused=False)
        senders.update(is_paused=True, paused_reason=REASON)
        return
    if message.channel != Channel.WHATSAPP or message.template_id is None:
        return
    template = Template.objects.select_for_update(no_key=True).get(pk=message.template_id)
    is_old = message.version_id != template.current_id
    if template.message_class == MessageClass.PERSONAL or template.stopped_at or is_old:
        return
    before = template.refused_at
    is_next = before is not None and at - before <= ONE_AFTER_THE_OTHER
    template.refusals = template.refusals + 1 if is_next else 1
    template.refused_at, template.refused_code = at, code
    if template.refusals >= ENOUGH.get(code, ENOUGH_OF_OTHERS):
        template.stopped_at = at
        # WhatsApp may have taken its approval back: it is asked within the minute.
        TemplateVersion.objects.filter(pk=message.version_id or 0).update(approval_seen_at=None)
    template.save(update_fields=["refusals", "refused_at", "refused_code", "stopped_at"])


@transaction.atomic
def resume_template(template: Template, *, by: Staff, at: datetime) -> None:
    """Send its messages again; refused once more, it is stopped once more."""
    if reason := why_not_write_template(by=by):
        raise CannotResumeTemplate(reason)
    begin_anew(template)
    record(StaffEventKind.NOTICE_SET, by=by, at=at, detail=str(template)[:200])


def begin_anew(template: Template) -> None:
    """Forget what was refused: with new words, or because a person saw to it."""
    template.refusals, template.refused_at, template.refused_code = 0, None, ""
    template.stopped_at = None
    template.save(update_fields=["refusals", "refused_at", "refused_code", "stopped_at"])
