"""Take the pictures of the documentation from a running demo (`manage.py up`)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from frontdesk.branches.models import Branch
from frontdesk.home.demo import cast
from frontdesk.running.testing import find_browser
from treatments.models import Recap, Slip

COUNTER = {"width": 1366, "height": 768}
PHONE = {"width": 360, "height": 740}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


class Command(BaseCommand):
    help = "Memotret layar contoh yang sedang berjalan ke docs/img/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="http://127.0.0.1:8000")
        parser.add_argument("--to", type=Path, default=Path(settings.BASE_DIR) / "docs" / "img")

    def handle(self, *args: Any, **options: Any) -> None:
        # A tool of development: the product runs without it.
        from playwright.sync_api import sync_playwright

        chromium = find_browser()
        if chromium is None:
            raise CommandError("Chromium tidak ditemukan: apt-get install chromium.")
        options["to"].mkdir(parents=True, exist_ok=True)
        pictures = _pictures()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            for name, (username, viewport, path) in pictures.items():
                page = browser.new_page(
                    base_url=options["address"],
                    viewport=viewport,
                    locale="id-ID",
                    reduced_motion="reduce",
                )
                page.goto("/staff/sign-in/")
                page.fill("[name=username]", username)
                page.fill("[name=password]", cast.PASSWORD)
                page.keyboard.press("Enter")
                page.wait_for_url(lambda url: "sign-in" not in url)
                page.goto(path)
                page.evaluate("() => document.fonts.ready")
                page.wait_for_timeout(800)
                page.screenshot(path=options["to"] / f"{name}.png")
                page.context.close()
                self.stdout.write(f"{name}.png")
            browser.close()


def _pictures() -> dict[str, tuple[str, Any, str]]:
    """Return what is photographed: file name, who looks, how large, and where."""
    branch = Branch.objects.get(code=cast.BRANCHES[0].code)
    slip = Slip.objects.filter(branch=branch).open().order_by("issued_at").first()
    closed = Recap.objects.filter(branch=branch).order_by("-business_date").first()
    if slip is None or slip.beautician is None or closed is None:
        raise CommandError("Contoh yang berjalan tidak punya slip terbuka: mulai dengan data baru.")
    desk, manager = "anggi", "mira"
    return {
        "counter": (desk, COUNTER, f"/?visit={slip.visit_id}"),
        "slip": (desk, COUNTER, f"/slips/{slip.pk}/"),
        "slip-print": (desk, {"width": 420, "height": 740}, f"/slips/{slip.pk}/print/"),
        "customer": (desk, COUNTER, f"/customers/{slip.customer_id}/"),
        "phone": (slip.beautician.username, PHONE, "/my/slips/"),
        "recap": (manager, COUNTER, f"/recap/{closed.business_date}/"),
    }
