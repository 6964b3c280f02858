"""A counter of Menteng: its terminal, and a browser that is enrolled as it."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from frontdesk.branches.models import Branch
from frontdesk.staff import terminal_cookie
from frontdesk.staff.actions import enrol_terminal
from frontdesk.staff.models import Terminal
from tests.conftest import Cast


@pytest.fixture
def enrolled(menteng: Branch, cast: Cast) -> tuple[Terminal, str]:
    return enrol_terminal(menteng, name="Meja depan 1", by=cast.maya, at=timezone.now())


@pytest.fixture
def terminal(enrolled: tuple[Terminal, str]) -> Terminal:
    return enrolled[0]


NewCounter = Callable[[], Client]


@pytest.fixture
def new_counter(enrolled: tuple[Terminal, str]) -> NewCounter:
    """Return a function that opens another browser with this terminal's cookie."""

    def open_browser() -> Client:
        response = HttpResponse()
        terminal_cookie.remember(response, enrolled[1])
        client = Client()
        client.cookies.load({name: m.value for name, m in response.cookies.items()})
        return client

    return open_browser


@pytest.fixture
def counter(new_counter: NewCounter) -> Client:
    return new_counter()
