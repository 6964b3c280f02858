"""Every component as it is seen and pressed, on the gallery's pages."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from frontdesk.branches.models import Branch
from tests.browser.conftest import PHONE, NewPage, check_axe, shoot
from tests.browser.gallery import urls as gallery
from tests.conftest import Cast
from tests.factories import TerminalFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _gallery(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.browser.gallery.urls"
    gallery.DEEDS.clear()
    gallery.STATE.update(etag='"1"', broken=False)


@pytest.fixture
def desk(page: Page, cast: Cast, menteng: Branch, sign_in: Callable[..., None]) -> Page:
    sign_in(page, cast.anna, terminal=TerminalFactory(branch=menteng))
    return page


@pytest.mark.parametrize("name", ["counter", "page", "form", "plain", "report", "touch"])
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_every_component_can_be_read_by_everyone(
    name: str, size: str, new_page: NewPage, cast: Cast, sign_in: Callable[..., None]
) -> None:
    page = new_page(PHONE) if size == "phone" else new_page()
    sign_in(page, cast.maya)
    page.goto(f"/gallery/{name}/")
    shoot(page, f"gallery-{name}-{size}", full=size == "phone")

    check_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
