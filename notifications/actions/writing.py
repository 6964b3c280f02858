"""Templates in a person's hands: read by the linter, kept in versions, tried on oneself."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from frontdesk.branches.models import Branch
from frontdesk.broker import wake_on_commit
from frontdesk.staff.models import Staff
from notifications import notices
from notifications.actions.planning import plan
from notifications.actions.registering import write_version
from notifications.linting import Finding, lint, refuses
from notifications.models import (
    Lane,
    Message,
    MessageClass,
    NoticeSetting,
    Template,
    TemplateVersion,
)
from notifications.permissions import why_not_write_template
from notifications.variables import NAME, STANDARD, Variable, values_for

REGISTER_TASK = "notifications.tasks.register_templates"
# Marks what a person sent to herself, in the key and in the log.
TEST = "test"
TEST_WITHIN = timedelta(hours=1)


class CannotWriteTemplate(Exception):
    """The message says why, in words the desk may read."""


def offered_by(template: Template | None) -> tuple[Variable, ...]:
    """What a text may name: all that every notice which goes out in it fills in."""
    if template is None:
        return STANDARD
    users = {
        one.key: one
        for key in [template.key, *_notices_in(template)]
        if (one := notices.known(key)) is not None
    }
    own = [set(one.variables) for one in users.values()]
    shared = set.intersection(*own) if own else set()
    order = [variable for one in users.values() for variable in one.variables]
    return STANDARD + tuple(dict.fromkeys(v for v in order if v in shared))


def _notices_in(template: Template) -> Iterable[str]:
    rows = NoticeSetting.objects.filter(template=template)
    return rows.values_list("notice", flat=True).distinct()


def samples(offered: Iterable[Variable]) -> dict[str, str]:
    return {variable.name: variable.sample for variable in offered}


def goes_by_sms(template: Template | None) -> bool:
    if template is None:
        return False
    one = notices.known(template.key)
    rows = NoticeSetting.objects.filter(template=template, may_sms=True)
    return bool(one and one.may_sms) or rows.exists()


def findings(
    template: Template | None, *, message_class: MessageClass, body: str, sms_body: str
) -> list[Finding]:
    return lint(
        body,
        message_class=message_class,
        offered=samples(offered_by(template)),
        sms_body=sms_body,
        by_sms=goes_by_sms(template),
    )


@transaction.atomic
def save_words(
    template: Template, *, body: str, sms_body: str, by: Staff, at: datetime
) -> TemplateVersion:
    """Give a template new words; what the linter refuses is not written."""
    _check(template, MessageClass(template.message_class), body=body, sms_body=sms_body, by=by)
    current = template.current
    if current and (current.body, current.sms_body) == (body, sms_body):
        return current
    version = write_version(template, body=body, sms_body=sms_body, by=by, at=at)
    wake_on_commit(REGISTER_TASK)
    return version


@transaction.atomic
def new_template(
    *, name: str, message_class: MessageClass, body: str, sms_body: str, by: Staff, at: datetime
) -> Template:
    _check(None, message_class, body=body, sms_body=sms_body, by=by)
    key = f"{slugify(name)[:40] or 'teks'}-{uuid.uuid4().hex[:8]}"
    template = Template.objects.create(key=key, name=name, message_class=message_class)
    write_version(template, body=body, sms_body=sms_body, by=by, at=at)
    wake_on_commit(REGISTER_TASK)
    template.refresh_from_db()
    return template


def restore_version(version: TemplateVersion, *, by: Staff, at: datetime) -> TemplateVersion:
    """An old version's words become the newest version; nothing is taken back."""
    return save_words(version.template, body=version.body, sms_body=version.sms_body, by=by, at=at)


def why_not_archive(template: Template) -> str:
    if notices.known(template.key) or NoticeSetting.objects.filter(template=template).exists():
        return _("Templat ini dipakai sebuah pemberitahuan.")
    return ""


@transaction.atomic
def archive_template(template: Template, *, is_archived: bool, by: Staff) -> None:
    """Put it away, or take it back out; messages that went out in it keep their words."""
    refused = why_not_write_template(by=by) or (why_not_archive(template) if is_archived else "")
    if refused:
        raise CannotWriteTemplate(refused)
    Template.objects.filter(pk=template.pk).update(is_archived=is_archived)
    template.is_archived = is_archived


@transaction.atomic
def send_test(template: Template, *, branch: Branch, by: Staff, at: datetime) -> Message:
    """Send the words as they stand to the person herself, by the way every message goes."""
    if reason := why_not_write_template(by=by):
        raise CannotWriteTemplate(reason)
    if not by.phone:
        raise CannotWriteTemplate(_("Isi dulu nomor HP Anda di Setelan saya."))
    values: Mapping[str, str] = {
        **samples(offered_by(template)),
        **values_for(branch, None),
        NAME.name: by.nickname,
    }
    return plan(
        key=f"{TEST}:{template.pk}:{uuid.uuid4().hex}",
        customer=None,
        branch=branch,
        template=template.key,
        variables=values,
        message_class=MessageClass.PERSONAL,
        lane=Lane.URGENT,
        notice=TEST,
        to_phone=by.phone,
        due_at=at,
        expires_at=at + TEST_WITHIN,
        by=by,
        at=at,
    )


def _check(
    template: Template | None,
    message_class: MessageClass,
    *,
    body: str,
    sms_body: str,
    by: Staff,
) -> None:
    if reason := why_not_write_template(by=by):
        raise CannotWriteTemplate(reason)
    for variable in offered_by(template):
        if variable.is_needed and any(
            f"{{{variable.name}}}" not in text for text in (body, sms_body or body)
        ):
            raise CannotWriteTemplate(
                _("Tanpa {%(name)s} pesan ini tidak menyebut isinya.") % {"name": variable.name}
            )
    found = findings(template, message_class=message_class, body=body, sms_body=sms_body)
    if refuses(found):
        raise CannotWriteTemplate(_("Perbaiki dulu yang ditandai pada teks."))
