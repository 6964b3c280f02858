"""Every address of the product, as the URL patterns tell them."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from frontdesk.staff.permissions import Permission

# Which row an address means, by the beginning of its route; the longest one counts.
# "chain" is for customers and "template" for texts, which belong to every branch.
ROWS = {
    "visits/": "visit",
    "customers/": "chain",
    "customers/tags/": "tag",
    "customers/imports/": "import_job",
    "slips/": "slip",
    "slips/of-visit/": "visit",
    "slips/<int:pk>/edit/": "draft",
    "my/slips/": "slip",
    "my/slips/<int:slip_id>/finish/": "begun",
    "approvals/": "slip",
    "controls/": "control",
    "messages/": "message",
    "messages/templates/": "template",
    "messages/senders/": "sender",
    "promos/": "campaign",
    "inbox/": "talk",
    "calls/": "call",
    "by-hand/": "by_hand",
    "staff/terminals/": "terminal",
    "staff/duty/": "colleague",
}


@dataclass(frozen=True)
class Address:
    name: str
    route: str
    view: Any
    converters: dict[str, Any] = field(hash=False, compare=False)

    def __str__(self) -> str:
        return self.name

    @property
    def access(self) -> frozenset[Permission] | str | None:
        return getattr(self.view, "access", None)

    @property
    def has_row(self) -> bool:
        return any(type(c).__name__ == "IntConverter" for c in self.converters.values())

    @property
    def row(self) -> str:
        fitting = [start for start in ROWS if self.route.startswith(start)]
        return ROWS[max(fitting, key=len)] if fitting else ""

    def url(self, *, row: int = 0) -> str:
        samples = {
            "IntConverter": row,
            "UUIDConverter": uuid.UUID(int=1),
            "StringConverter": "x",
            "SlugConverter": "x",
        }
        day = timezone.localdate()
        kwargs = {n: samples.get(type(c).__name__, day) for n, c in self.converters.items()}
        return reverse(self.name, kwargs=kwargs)


def walk(
    patterns: list[Any], *, space: str = "", route: str = "", **above: Any
) -> Iterator[Address]:
    for pattern in patterns:
        converters = {**above, **pattern.pattern.converters}
        path = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            if not inner.startswith("admin:"):
                yield from walk(pattern.url_patterns, space=inner, route=path, **converters)
        elif isinstance(pattern, URLPattern):
            yield Address(f"{space}{pattern.name}", path, pattern.callback, converters)


ADDRESSES = list(walk(get_resolver(settings.ROOT_URLCONF).url_patterns))
GUARDED = [address for address in ADDRESSES if isinstance(address.access, frozenset)]
