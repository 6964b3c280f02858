"""Step 2 of the day: the list a clinic already has, from the file to its customers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from customers.models import Customer, ImportJob
from customers.states import ImportState
from customers.tasks import run_waiting_imports
from tests.browser.conftest import check_axe, shoot
from tests.conftest import Cast
from tests.customers.lists import nasty_rows, xlsx

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_a_list_is_checked_taken_and_mended(
    page: Page, sign_in: Callable[..., None], cast: Cast, tmp_path: Path
) -> None:
    sign_in(page, cast.maya)
    page.goto("/customers/imports/")
    check_axe(page)
    page.get_by_role("link", name="Baca daftar pertama").click()
    check_axe(page)

    send = page.get_by_role("button", name="Periksa daftar ini")
    field = page.get_by_label("File daftar")
    field.set_input_files({"name": "foto.xlsx", "mimeType": "image/png", "buffer": b"\x89PNG\r\n"})
    send.click()
    expect(page.get_by_role("alert")).to_contain_text("bukan Excel atau CSV")
    assert page.title().startswith("Galat:")
    check_axe(page)
    shoot(page, "import-error")

    data = xlsx(nasty_rows(400))
    page.get_by_label("File daftar").set_input_files(
        {"name": "pelanggan.xlsx", "mimeType": "application/octet-stream", "buffer": data}
    )
    send.click()
    expect(page.get_by_role("progressbar", name="Menunggu dibaca")).to_be_visible()
    check_axe(page)
    ImportJob.objects.update(
        state=ImportState.RUNNING,
        heartbeat_at=timezone.now(),
        rows_total=412,
        rows_done=150,
    )
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "150")
    check_axe(page)
    shoot(page, "import-progress")
    ImportJob.objects.update(state=ImportState.WAITING, heartbeat_at=None)

    run_waiting_imports()
    take = page.get_by_role("button", name="Masukkan")
    expect(take).to_be_visible()
    check_axe(page)
    shoot(page, "import-checked")
    assert not Customer.objects.exists()
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh baris yang ditolak").click()
    assert download.value.suggested_filename == "pelanggan-ditolak.xlsx"
    assert download.value.path().read_bytes().startswith(b"PK")

    take.click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    run_waiting_imports()
    expect(page.get_by_text("pelanggan dimasukkan")).to_be_visible()
    run = ImportJob.objects.get(is_dry_run=False)
    assert Customer.objects.count() == run.rows_new > 350
    check_axe(page)
    page.get_by_role("link", name="Impor pelanggan").first.click()
    expect(page.get_by_role("row")).to_have_count(3)
    check_axe(page)
    shoot(page, "import-list")
