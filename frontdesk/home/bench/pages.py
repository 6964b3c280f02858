"""Every page that a role can reach by links, with the demo data: `manage.py bench pages`."""

import argparse
import http.client
import os
import re
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import django

from frontdesk.home.bench.load import Ask, Timing, ask_once

if TYPE_CHECKING:
    from frontdesk.staff.models import Staff

# The same address with another row or day: so many of them are pages enough.
MOST_ALIKE = 2
SLOWEST = 12


@dataclass(frozen=True)
class Page:
    path: str
    username: str
    timing: Timing


def main() -> None:
    parser = argparse.ArgumentParser(prog="frontdesk.home.bench.pages", description=__doc__)
    parser.add_argument("--address", required=True)
    parser.add_argument("--asks", type=int, required=True)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdesk.settings")
    django.setup()

    from frontdesk.branches.models import Branch
    from frontdesk.home.bench.signing_in import signed_in

    pages: list[Page] = []
    for staff in _one_of_each_role():
        branch = staff.branches[0] if staff.branches else Branch.objects.earliest("pk")
        headers = signed_in(staff, branch=branch)
        paths = list(reachable(given.address, headers))
        for path in paths:
            timing = _time(given.address, path, headers, asks=given.asks)
            pages.append(Page(path, staff.username, timing))
        print(f"{staff.username:12}{len(paths):4} pages", flush=True)
    _say(pages, asks=given.asks)


def _time(address: str, path: str, headers: dict[str, str], *, asks: int) -> Timing:
    """One client on a kept connection; the page is warm, it was opened to read its links."""
    connection = _connect(address)
    seconds = []
    for _ in range(asks):
        start = time.perf_counter()
        ask_once(connection, Ask(path), headers)
        seconds.append(time.perf_counter() - start)
    return Timing(seconds, sum(seconds))


def _connect(address: str) -> http.client.HTTPConnection:
    parts = urlsplit(address)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)


def _say(pages: list[Page], *, asks: int) -> None:
    pages.sort(key=lambda page: -page.timing.median)
    slow = sum(page.timing.median >= 100 for page in pages)
    print(f"\n{len(pages)} pages, {asks} asks each, one client; milliseconds, median / p95")
    for page in pages[:SLOWEST]:
        figure = f"{page.timing.median:.1f} / {page.timing.p95:.1f}"
        print(f"{figure:>16}  {page.path}  ({page.username})")
    print(f"{slow} pages at 100 ms and more")


def _one_of_each_role() -> "Iterator[Staff]":
    from frontdesk.staff.models import Staff
    from frontdesk.staff.permissions import Role

    for role in Role:
        yield Staff.objects.active().filter(assignments__role=role).earliest("pk")


def reachable(address: str, headers: dict[str, str]) -> Iterator[str]:
    """Yield the pages one comes to from the first one, by links and by what htmx fetches."""
    connection = _connect(address)
    waiting, seen, alike = deque(["/"]), {"/"}, Counter[str]()
    while waiting:
        path = waiting.popleft()
        shape = re.sub(r"\d+", "0", path.partition("?")[0])
        if alike[shape] == MOST_ALIKE:
            continue
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read().decode("utf-8", "replace")
        if answer.status in (301, 302):
            found = [answer.headers["Location"]]
        elif answer.status == 200 and answer.headers.get_content_type() == "text/html":
            alike[shape] += 1
            yield path
            found = _links(body)
        else:
            found = []
        for link in found:
            if link.startswith("/") and not link.startswith("/static/") and link not in seen:
                seen.add(link)
                waiting.append(link)


def _links(html: str) -> list[str]:
    parser = _Links()
    parser.feed(html)
    return parser.found


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            value.partition("#")[0]
            for name, value in attrs
            if value and (name == "hx-get" or (tag == "a" and name == "href"))
        ]


if __name__ == "__main__":
    main()
