"""Addresses without a key in them, each worked out once.

A page of the desk names some twenty of them in its frame; Django works out each for every page.
"""

from functools import lru_cache

from django.template import Library, Node
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as url_tag
from django.urls import URLResolver, get_resolver, get_script_prefix, get_urlconf, reverse
from django.utils.html import conditional_escape

register = Library()


def place(name: str) -> str:
    """Return the address of a page by its name, as `reverse` does."""
    return _place(name, get_resolver(get_urlconf()), get_script_prefix())


@lru_cache(maxsize=256)
def _place(name: str, places: URLResolver, prefix: str) -> str:
    return reverse(name)


class PlaceNode(Node):
    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, context: Context) -> str:
        found = place(self.name)
        return conditional_escape(found) if context.autoescape else found


@register.tag
def url(parser: Parser, token: Token) -> Node:
    node: URLNode = url_tag(parser, token)
    name = node.view_name.var
    if isinstance(name, str) and not (
        node.view_name.filters or node.args or node.kwargs or node.asvar
    ):
        return PlaceNode(name)
    return node
