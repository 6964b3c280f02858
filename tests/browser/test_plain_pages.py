"""What a person sees when her page cannot be shown: plain, and readable by everyone."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from frontdesk.branches.models import Branch
from frontdesk.staff.models import SubmittedForm
from frontdesk.staff.permissions import Role
from tests.browser.conftest import check_axe, shoot
from tests.conftest import Cast
from tests.factories import AssignmentFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TOO_MANY_FIELDS = "/?" + "&".join("x" * 1001)


def test_what_cannot_be_shown_is_said_to_everyone(
    page: Page,
    cast: Cast,
    jayapura: Branch,
    sign_in: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    AssignmentFactory(staff=cast.maya, branch=jayapura, role=Role.BRANCH_MANAGER)
    sign_in(page, cast.maya)

    def see(name: str, heading: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        check_axe(page)
        shoot(page, f"plain-{name}")

    def send_form() -> None:
        page.get_by_label("Nama terminal").fill("Meja dekat pintu")
        with page.expect_navigation():
            page.get_by_role("button", name="Daftarkan").click()

    page.goto("/staff/branch/")
    see("branch", "Di cabang mana Anda bekerja sekarang?")
    monkeypatch.setattr("notifications.views.senders.daily_figures", None)
    for status, address, heading in (
        (400, TOO_MANY_FIELDS, "Permintaan tidak dapat dibaca"),
        (403, "/my/slips/", "Anda tidak berhak membuka halaman ini"),
        (404, "/nowhere/", "Halaman tidak ditemukan"),
        (500, "/messages/figures/", "Terjadi gangguan pada sistem"),
    ):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == status
        see(str(status), heading)

    page.goto("/staff/terminals/")
    key = page.locator("#enrol-form [name=once]").input_value()
    SubmittedForm.objects.create(key=key, staff=cast.maya, fingerprint="other", at=timezone.now())
    send_form()
    see("sent-before", "Formulir ini sudah dikirim")
    page.goto("/staff/terminals/")
    page.context.clear_cookies(name="csrftoken")
    send_form()
    see("csrf", "Halaman ini sudah terlalu lama terbuka")
