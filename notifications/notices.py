"""The kinds of notice the product sends: each app declares its own when it is loaded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

from django.utils import timezone
from django_stubs_ext import StrOrPromise

from notifications.models import Lane, MessageClass, Template, TemplateVersion
from notifications.wording import VARIABLE


@dataclass(frozen=True)
class Notice:
    """One kind of notice, with what holds until a chain or a branch decides otherwise."""

    key: str
    name: StrOrPromise
    about: StrOrPromise
    # The words it starts with; from then on the chain may change them.
    body: str
    sms_body: str = ""
    message_class: MessageClass = MessageClass.TRANSACTIONAL
    lane: Lane = Lane.NOTICE
    # Days from the event the notice is about; negative: before it.
    offsets: tuple[int, ...] = ()
    send_at: time | None = None
    is_on: bool = True
    one_a_day: bool = True
    may_sms: bool = False
    may_call: bool = False


_declared: dict[str, Notice] = {}


def declare(notice: Notice) -> Notice:
    _declared[notice.key] = notice
    return notice


def declared() -> Iterator[Notice]:
    yield from _declared.values()


def notice(key: str) -> Notice:
    return _declared[key]


def write_missing_templates() -> None:
    """Every declared notice has a template of its key; one that a person changed stays."""
    known = set(Template.objects.exclude(current=None).values_list("key", flat=True))
    for one in declared():
        if one.key in known:
            continue
        template, _ = Template.objects.get_or_create(
            key=one.key, defaults={"name": str(one.name), "message_class": one.message_class}
        )
        template.current = TemplateVersion.objects.create(
            template=template,
            number=1,
            body=one.body,
            sms_body=one.sms_body,
            variables=list(dict.fromkeys(VARIABLE.findall(one.body))),
            at=timezone.now(),
        )
        template.save(update_fields=["current"])
