"""A clerk before a counter of her own, and what the walks of the counter do there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from frontdesk.branches.models import Branch
from frontdesk.visits import actions
from frontdesk.visits.models import Purpose, Visit
from tests.browser.conftest import NewPage
from tests.conftest import Cast
from tests.factories import TerminalFactory

OpenDesk = Callable[..., Page]


@pytest.fixture
def open_desk(
    new_page: NewPage, cast: Cast, menteng: Branch, sign_in: Callable[..., None]
) -> OpenDesk:
    """Return a function that puts a clerk before a counter of her own."""

    def open_page(who: str = "anna", address: str = "/", **options) -> Page:
        page = new_page(**options)
        sign_in(page, getattr(cast, who), terminal=TerminalFactory(branch=menteng))
        page.goto(address)
        return page

    return open_page


def arrive(branch: Branch, cast: Cast, **fields) -> Visit:
    return actions.check_in(
        **{
            "branch": branch,
            "purpose": Purpose.TREATMENT,
            "by": cast.anna,
            "at": timezone.now(),
            **fields,
        }
    )


def state_of(visit: Visit) -> str:
    return Visit.objects.get(pk=visit.pk).state


def settled(page: Page) -> None:
    page.wait_for_function("() => document.fonts.status === 'loaded' && window.htmx")
    expect(page.locator(".htmx-request")).to_have_count(0)


def look(page: Page) -> int:
    """Let the queue look now instead of at its next turn; return what the server answered."""
    with page.expect_response("**/queue/") as answer:
        page.evaluate("htmx.trigger('#queue', 'look')")
    settled(page)
    return answer.value.status


@contextmanager
def noticed(page: Page) -> Iterator[None]:
    """Go on when the queue has looked and found what happens inside."""
    answers: list[int] = []
    page.on(
        "response",
        lambda answer: answers.append(answer.status) if answer.url.endswith("/queue/") else None,
    )
    yield
    look(page)
    assert 200 in answers
