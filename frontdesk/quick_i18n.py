"""Django's `i18n` tags, in which fixed words are looked up without a detour.

Django's own make a lazy text of each, or put the text together again, whenever a page is drawn: a
tenth of its rendering.
"""

from django.template import Library, Node
from django.template.base import Parser, Token, render_value_in_context
from django.template.context import Context
from django.templatetags import i18n
from django.utils.translation import get_language, gettext

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class FixedWordsNode(Node):
    def __init__(self, words: str) -> None:
        # In a catalogue of messages a percent sign stands doubled.
        self.words = words.replace("%", "%%")
        self.said: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        if language not in self.said:
            self.said[language] = gettext(self.words).replace("%%", "%")
        return self.said[language]


class FramedValuesNode(Node):
    """`blocktranslate` with one wording, whose tag itself says every value in it."""

    def __init__(self, node: i18n.BlockTranslateNode) -> None:
        self.node = node
        self.words, names = node.render_token_list(node.singular)
        self.values = {name: node.extra_context[name] for name in names}

    def render(self, context: Context) -> str:
        values = {
            name: render_value_in_context(value.resolve(context), context)
            for name, value in self.values.items()
        }
        try:
            return gettext(self.words) % values
        except (KeyError, ValueError):  # a translator's slip, for which Django has an answer
            return str(self.node.render(context))


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


@register.tag
def blocktranslate(parser: Parser, token: Token) -> Node:
    node: i18n.BlockTranslateNode = i18n.do_block_translate(parser, token)
    _words, names = node.render_token_list(node.singular)
    if node.plural or node.asvar or node.message_context or set(names) - set(node.extra_context):
        return node
    return FramedValuesNode(node)
