"""The words of a message where nobody's values are at hand: `{% load message_words %}`."""

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from notifications.notices import declared
from notifications.variables import STANDARD
from notifications.wording import VARIABLE

register = template.Library()


@register.filter
def with_fillings(body: str | None) -> SafeString:
    """Return a text in which each `{name}` is a marker that says what stands there."""
    labels = {one.name: str(one.label) for one in STANDARD}
    for notice in declared():
        labels |= {one.name: str(one.label) for one in notice.variables}
    # Split by a pattern with one group: words and names take turns.
    parts = VARIABLE.split(body or "")
    shown = [
        format_html('<span class="filling">{}</span>', labels.get(part, part.replace("_", " ")))
        if place % 2
        else conditional_escape(part)
        for place, part in enumerate(parts)
    ]
    return mark_safe("".join(shown))  # noqa: S308  # nosec B308, B703: every part is escaped above
