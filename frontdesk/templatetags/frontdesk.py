"""What every template may use; loaded as a builtin, so no page has to ask for it."""

import datetime as dt
import re
import uuid
from functools import lru_cache

import phonenumbers
from django import template
from django.template.context import Context
from django.templatetags.static import static
from django.utils import dateformat, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from frontdesk import money
from frontdesk.quick_urls import place

register = template.Library()

# A mobile number in the groups that phonenumbers makes of it; nearly all are such.
_MOBILE = re.compile(r"\+62(8[1-35-9][0-9])(?:([0-9]{3,4})([0-9]{3})|([0-9]{4})([0-9]{4,5}))")

# There are some hundred icons and states in two languages; a page repeats a few of them often.
REMEMBERED = 1024

# State → look and icon. Word, icon, fill and colour together: no state is told by colour alone.
STATES: dict[str, tuple[str, str]] = {
    "booked": ("outline", "calendar"),
    "waiting": ("amber", "clock"),
    "called": ("solid", "megaphone-fill"),
    "serving": ("blue", "play-fill"),
    "held": ("grey", "pause-fill"),
    "to_pay": ("ink", "receipt"),
    "done": ("plain", "check-lg"),
    "left": ("struck", "x-circle"),
    "no_show": ("struck", "x-circle"),
    "cancelled": ("struck", "x-circle"),
    "draft": ("outline", "pencil"),
    "scheduled": ("outline", "calendar-event"),
    "preparing": ("amber", "hourglass-split"),
    "running": ("blue", "play-fill"),
    "paused": ("grey", "pause-fill"),
    "issued": ("amber", "send"),
    "accepted": ("blue-outline", "person-check"),
    "in_progress": ("blue", "play-fill"),
    "passed_on": ("grey", "arrow-left-right"),
    "recapped": ("plain", "journal-check"),
    "to_approve": ("ink", "clipboard2-pulse"),
    "approved": ("plain", "patch-check"),
    "declined": ("struck", "x-circle"),
    "planned": ("outline", "calendar-event"),
    "reminded": ("blue-outline", "send-check"),
    "confirmed": ("plain", "check2"),
    "freed": ("amber", "calendar-event"),
    "missed": ("struck", "x-circle"),
    "sending": ("amber", "hourglass-split"),
    "unknown": ("amber", "question-circle"),
    "sent": ("blue-outline", "check2"),
    "delivered": ("plain", "check2-all"),
    "read": ("plain", "eye"),
    "failed": ("red", "exclamation-octagon-fill"),
    "withdrawn": ("struck", "slash-circle"),
    "open": ("outline", "circle"),
    "closed": ("ink", "lock-fill"),
    "severe": ("red", "octagon-fill"),
    "medium": ("amber", "triangle-fill"),
    "light": ("outline", "circle"),
}


@register.filter
def rupiah(amount: int | None) -> str:
    return "" if amount is None else money.rupiah(amount)


@register.filter
def local_time(moment: dt.datetime | None) -> str:
    """Return the time in the branch's zone: `14.05`."""
    return "" if moment is None else f"{_local(moment):%H.%M}"


@register.filter
def local_date(day: dt.date | None) -> str:
    """Return the day in full, in the branch's zone: `Minggu, 22 November 2026`."""
    if day is None:
        return ""
    return _in_words(day, "l, j F Y")


@register.filter
def short_date(day: dt.date | None) -> str:
    """Return the day for a table, in the branch's zone: `22 Nov 2026`."""
    if day is None:
        return ""
    return _in_words(day, "j M Y")


def _in_words(day: dt.date, form: str) -> str:
    on = _local(day).date() if isinstance(day, dt.datetime) else day
    return _formatted(on, form, get_language())


@lru_cache(maxsize=REMEMBERED)
def _formatted(day: dt.date, form: str, language: str | None) -> str:
    return dateformat.format(day, form)


@register.filter
def phone(number: str | None) -> str:
    """Return an E.164 number as people here read it aloud: `0812-3456-7890`."""
    if not number:
        return ""
    if match := _MOBILE.fullmatch(number):
        return f"0{'-'.join(filter(None, match.groups()))}"
    try:
        parsed = phonenumbers.parse(str(number), "ID")
    except phonenumbers.NumberParseException:
        return str(number)
    if parsed.country_code != 62:
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


@register.filter
def masked_phone(number: str | None) -> str:
    """Return a number of which only the ends can be read: `0812-••••-7890`."""
    shown = phone(number)
    digits = sum(char.isdigit() for char in shown)
    seen, masked = 0, ""
    for char in shown:
        seen += char.isdigit()
        hidden = char.isdigit() and 4 < seen <= digits - (4 if digits > 9 else 2)
        masked += "•" if hidden else char
    return masked


@register.filter
def iso(moment: dt.datetime | None) -> str:
    """Return a moment for a script to read."""
    return "" if moment is None else moment.isoformat()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Return one icon of the sprite: decoration, unless a label says what it stands for."""
    return _icon(f"{_sprite()}#{name}", str(label))


@lru_cache(maxsize=REMEMBERED)
def _icon(href: str, label: str) -> SafeString:
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.simple_tag(takes_context=True)
def menu_item(context: Context, name: str, symbol: str, label: str) -> SafeString:
    """Return one place of the product, marked where the reader stands there."""
    url, here = place(name), ""
    if getattr(context.get("request"), "path", "") == url:
        here = mark_safe(' aria-current="page"')
    return format_html(
        '<a class="menu-item" href="{}"{}>{}{}</a>', url, here, icon(symbol), str(label)
    )


@register.simple_tag
def state_badge(state: str, label: str) -> SafeString:
    look, symbol = STATES.get(state, ("outline", "circle"))
    return _badge(look, icon(symbol), str(label))


@lru_cache(maxsize=REMEMBERED)
def _badge(look: str, symbol: SafeString, label: str) -> SafeString:
    return format_html('<span class="badge badge-{}">{}<span>{}</span></span>', look, symbol, label)


@register.simple_tag
def once_key() -> SafeString:
    """Return the hidden key by which a form that is sent twice does its deed once."""
    return format_html('<input type="hidden" name="once" value="{}">', uuid.uuid4())


@lru_cache(maxsize=1)
def _sprite() -> str:
    return static("vendor/icons/icons.svg")


def _local(moment: dt.datetime) -> dt.datetime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment
