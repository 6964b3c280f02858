"""What the counter's own templates use: `{% load desk %}`."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from frontdesk.home.counter import DeskRow

register = template.Library()

# A queue is asked for again because one guest in it moved: the others' rows are as they were.
KEPT_ROWS = 2_000


@register.simple_tag
def queue_row(row: DeskRow) -> SafeString:
    return _drawn(row, get_language())


@lru_cache(maxsize=KEPT_ROWS)
def _drawn(row: DeskRow, language: str | None) -> SafeString:
    return render_to_string("home/queue_row.html", {"desk_row": row, "row": row.row})
