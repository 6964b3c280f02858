"""How much the pages ask the database: no more for many rows than for one."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from frontdesk.staff.middleware import BRANCH_KEY
from frontdesk.staff.permissions import Role
from tests.addresses import GUARDED
from tests.conftest import open_session
from tests.factories import AssignmentFactory
from tests.world import World, add_more, world

__all__ = ["world"]


def test_no_page_asks_more_for_more_rows(world: World) -> None:
    AssignmentFactory(staff=world.insider, branch=None, role=Role.CHAIN_ADMIN)
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = open_session(
        world.insider, **{BRANCH_KEY: world.branch.pk}
    )
    # Asked once before it counts: what is kept between requests is then warm.
    admins = [page for page in admin_pages() if page.is_there(client)]
    pages = [*pages_of(world, client), *admins]
    assert len(pages) > 80, "too many addresses have led nowhere"
    few = [page.statements(client) for page in pages]

    add_more(world, at=timezone.now())

    many = [page.statements(client) for page in pages]
    grown = {
        page.path: (len(before), len(after), repeated(after))
        for page, before, after in zip(pages, few, many, strict=True)
        if len(after) > len(before)
    }
    assert grown == {}


@dataclass(frozen=True)
class Page:
    """A page, or the part of one that htmx asks for."""

    path: str
    headers: dict[str, str]

    def is_there(self, client: Client) -> bool:
        return client.get(self.path, headers=self.headers).status_code == 200

    def statements(self, client: Client) -> list[str]:
        with CaptureQueriesContext(connection) as caught:
            assert self.is_there(client)
        return [query["sql"] for query in caught.captured_queries]


def pages_of(world: World, client: Client) -> Iterator[Page]:
    for address in GUARDED:
        path = address.url(row=world.rows.get(address.row, 0))
        ways = (Page(path, {}), Page(path, {"HX-Request": "true"}))
        if page := next((way for way in ways if way.is_there(client)), None):
            yield page


def admin_pages() -> Iterator[Page]:
    """The list, the form of a new row, and the page of the first one."""
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.order_by("pk").values_list("pk", flat=True)[0]
        yield Page(reverse(f"{name}_changelist"), {})
        yield Page(reverse(f"{name}_add"), {})
        yield Page(reverse(f"{name}_change", args=[row]), {})
        yield Page(reverse(f"{name}_history", args=[row]), {})


def repeated(statements: list[str]) -> set[str]:
    beginnings = [sql[:160] for sql in statements]
    return {one for one in beginnings if beginnings.count(one) > 1}
