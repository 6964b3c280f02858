"""The kinds of notice the product sends: each app declares its own when it is loaded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time

from django.utils import timezone
from django_stubs_ext import StrOrPromise

from frontdesk.branches.models import Branch
from notifications.models import Lane, MessageClass, Template, TemplateVersion
from notifications.variables import STANDARD, Variable
from notifications.wording import VARIABLE


@dataclass(frozen=True)
class Offsets:
    """How many days from its event a notice goes out, as a person is asked for it."""

    label: StrOrPromise
    # Kept with their sign: three days before is -3. A person types 3.
    is_before: bool
    most: int = 30
    at_least: int = 0


# Plans anew what a notice calls for at a branch, after somebody changed when or how it goes out.
Replan = Callable[[Branch, datetime], None]


@dataclass(frozen=True)
class Notice:
    """One kind of notice, with what holds until a chain or a branch decides otherwise."""

    key: str
    name: StrOrPromise
    about: StrOrPromise
    # The words it starts with; from then on the chain may change them.
    body: str
    sms_body: str = ""
    # What it may name besides the standard ones.
    variables: tuple[Variable, ...] = ()
    message_class: MessageClass = MessageClass.TRANSACTIONAL
    lane: Lane = Lane.NOTICE
    # Days from the event the notice is about; negative: before it.
    offsets: tuple[int, ...] = ()
    # Empty: the notice has one moment of its own.
    asks_offsets: Offsets | None = None
    send_at: time | None = None
    is_on: bool = True
    one_a_day: bool = True
    may_sms: bool = False
    may_call: bool = False
    # How it is said in one message with others, in the middle of a sentence, and what is asked of
    # her then ("Apakah …?"). Empty: it always goes by itself.
    clause: str = ""
    question: str = ""
    # When it goes out, if by no clock: then nobody is asked for an hour.
    moment: StrOrPromise = ""
    # Whether a person decides how it reaches her.
    asks_way: bool = True
    replan: Replan | None = None

    @property
    def offered(self) -> tuple[Variable, ...]:
        return STANDARD + self.variables


_declared: dict[str, Notice] = {}


def declare(notice: Notice) -> Notice:
    _declared[notice.key] = notice
    return notice


def declared() -> Iterator[Notice]:
    yield from _declared.values()


def notice(key: str) -> Notice:
    return _declared[key]


def known(key: str) -> Notice | None:
    return _declared.get(key)


def write_missing_templates() -> None:
    """Every declared notice has a template of its key; one that a person changed stays."""
    there = set(Template.objects.exclude(current=None).values_list("key", flat=True))
    for one in declared():
        if one.key not in there:
            _write(one.key, str(one.name), one.message_class, body=one.body, sms_body=one.sms_body)


def write_template(key: str, name: str, body: str, *, message_class: MessageClass) -> None:
    """A text to start with, written once; what a person makes of it stays."""
    if not Template.objects.filter(key=key).exists():
        _write(key, name, message_class, body=body, sms_body="")


def _write(key: str, name: str, message_class: MessageClass, *, body: str, sms_body: str) -> None:
    template, _ = Template.objects.get_or_create(
        key=key, defaults={"name": name, "message_class": message_class}
    )
    template.current = TemplateVersion.objects.create(
        template=template,
        number=1,
        body=body,
        sms_body=sms_body,
        variables=list(dict.fromkeys(VARIABLE.findall(body))),
        at=timezone.now(),
    )
    template.save(update_fields=["current"])
