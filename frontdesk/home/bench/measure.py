"""The measurement: each deed of the desk over HTTP, beside the bare SQL and a bare view."""

import http.client
import random
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from frontdesk.home.bench import bare, terms
from frontdesk.home.bench.data import CLIENTS, World
from frontdesk.home.bench.load import Ask, Timing, ask_all
from frontdesk.home.bench.signing_in import CSRF, signed_in

HTMX = {"HX-Request": "true"}
POLL = HTMX | {"X-Poll": "1"}

T = TypeVar("T")


@dataclass(frozen=True)
class Deed:
    """One thing the desk does, three ways; each list of asks is long enough for all clients."""

    name: str
    pages: list[Ask]
    bare_pages: list[Ask]
    bare_calls: list[Callable[[], object]]


@dataclass(frozen=True)
class Row:
    name: str
    sql: Timing
    bare_view: Timing
    one: Timing
    many: Timing


class Bench:
    """One run of all measurements against one running server."""

    def __init__(self, address: str, world: World, *, asks: int) -> None:
        self.address = address
        self.world = world
        self.asks = asks
        self.headers = [signed_in(clerk, branch=world.branch) for clerk in world.clerks[:CLIENTS]]
        self._visit_ids = iter(world.visit_ids)

    def rows(self) -> Iterable[Row]:
        for deed in self._deeds():
            yield self._measure(deed)

    def _measure(self, deed: Deed) -> Row:
        """One client and eight, page and bare view in turn, so that all see the same machine."""
        need = 1 + self.asks
        pages, bare_pages = iter(deed.pages), iter(deed.bare_pages)
        return Row(
            deed.name,
            sql=_time_calls(deed.bare_calls[:need]),
            # Without the cookie: with it she, her session and her rights were looked up first.
            bare_view=ask_all(self.address, [_take(bare_pages, need)], [{}]),
            one=ask_all(self.address, [_take(pages, need)], self.headers[:1]),
            many=ask_all(self.address, [_take(pages, need) for _ in range(CLIENTS)], self.headers),
        )

    def _deeds(self) -> Iterable[Deed]:
        dice = random.Random(3)  # nosec B311: invented data, no secret
        # Keys are dense: picking some at random costs nothing, whatever the size of the table.
        last = Customer.objects.order_by("-pk").values_list("pk", flat=True)[0]
        keys = [dice.randint(1, last) for _ in range(self._all())]
        some = Customer.objects.filter(pk__in=keys[:400]).values_list(
            "name", "phone", "member_number"
        )
        usual = terms.usual(*map(list, zip(*some, strict=True)))
        dice.shuffle(usual)
        yield self._search("search, usual terms", usual)
        yield self._search("search, 200 nastiest", terms.worst())
        yield Deed(
            "open a customer",
            [Ask(reverse("home:customer", args=[key])) for key in keys],
            [Ask(f"/bare/customers/{key}/") for key in keys],
            [lambda key=key: bare.customer(key) for key in keys],  # type: ignore[misc]
        )
        yield self._write_slips()
        yield from self._queue()

    def _search(self, name: str, asked: list[str]) -> Deed:
        words = [asked[n % len(asked)] for n in range(self._all())]
        own = HTMX | {"X-CSRFToken": CSRF}
        return Deed(
            name,
            [Ask(reverse("home:search"), {"q": word}, headers=own) for word in words],
            [Ask(f"/bare/search/?{urlencode({'q': word})}") for word in words],
            [lambda word=word: bare.search(word) for word in words],  # type: ignore[misc]
        )

    def _write_slips(self) -> Deed:
        """Each slip goes to a visit of its own: a pane with a hundred slips is nobody's day."""
        treatment = self.world.treatments[0]
        row = (treatment.pk, treatment.name, treatment.price, treatment.minutes)
        hands, clerk = self.world.beautician.pk, self.world.clerks[0].pk
        form = {"treatments": str(treatment.pk), "beautician": str(hands), "deed": "issue"}
        pages = [
            Ask(
                reverse("treatments:slip_create", args=[visit_id]),
                form=form | {"note": "", "once": str(uuid.uuid4())},
                headers=HTMX | {"X-CSRFToken": CSRF},
                expected=201,
            )
            for visit_id in _take(self._visit_ids, self._all())
        ]
        bare_pages = [
            Ask(f"/bare/slips/{visit_id}/", form=form | {"by": str(clerk)}, expected=201)
            for visit_id in _take(self._visit_ids, 1 + self.asks)
        ]
        calls: list[Callable[[], object]] = [
            lambda visit_id=visit_id: bare.write_slip(visit_id, row, hands, clerk)  # type: ignore[misc]
            for visit_id in _take(self._visit_ids, 1 + self.asks)
        ]
        return Deed("create and issue a slip", pages, bare_pages, calls)

    def _queue(self) -> Iterable[Deed]:
        branch, day = self.world.branch, self.world.branch.business_date(timezone.now()).isoformat()
        path = reverse("home:queue")
        many = self._all()
        yield Deed(
            "the queue, whole",
            [Ask(path, headers=HTMX)] * many,
            [Ask(f"/bare/queue/{branch.pk}/{day}/")] * many,
            [lambda: bare.queue(branch.pk, day)] * many,
        )
        yield Deed(
            "the queue, unchanged poll",
            [Ask(path, headers=POLL | {"If-None-Match": self._etag(path)}, expected=304)] * many,
            [Ask(f"/bare/marks/{branch.pk}/{day}/", expected=304)] * many,
            [lambda: bare.marks(branch.pk, day)] * many,
        )

    def _etag(self, path: str) -> str:
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        connection.request("GET", path, headers=self.headers[0] | POLL)
        answer = connection.getresponse()
        answer.read()
        return answer.headers["ETag"] or ""

    def _all(self) -> int:
        """Return how many asks a deed takes over all clients, each with one to warm up."""
        return (1 + CLIENTS) * (1 + self.asks)


def _take(source: Iterator[T], wanted: int) -> list[T]:
    found = list(islice(source, wanted))
    if len(found) < wanted:
        raise RuntimeError("There are too few asks for all clients.")
    return found


def _time_calls(calls: list[Callable[[], object]]) -> Timing:
    calls[0]()
    seconds = []
    began = time.perf_counter()
    for call in calls[1:]:
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return Timing(seconds, time.perf_counter() - began)
