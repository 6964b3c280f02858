"""Django's `i18n` tags, in which `translate` of fixed words looks them up without a detour.

Django's own makes a lazy text of each and writes it out at once: a tenth of a page's rendering.
"""

from django.template import Library, Node
from django.template.base import Parser, Token
from django.template.context import Context
from django.templatetags import i18n
from django.utils.translation import gettext

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class FixedWordsNode(Node):
    def __init__(self, words: str) -> None:
        # In a catalogue of messages a percent sign stands doubled.
        self.words = words.replace("%", "%%")

    def render(self, context: Context) -> str:
        return gettext(self.words).replace("%%", "%")


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    node: i18n.TranslateNode = i18n.do_translate(parser, token)
    expression = node.filter_expression
    words = getattr(expression.var, "literal", None)
    if isinstance(words, str) and not (
        expression.filters or node.noop or node.asvar or node.message_context
    ):
        return FixedWordsNode(words)
    return node
