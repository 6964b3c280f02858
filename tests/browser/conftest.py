"""A real Chromium on a real server: what every walk of the desk stands on."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)
from pytest_django.live_server_helper import LiveServer

from frontdesk.running.testing import find_browser
from frontdesk.staff.middleware import BRANCH_KEY, TERMINAL_KEY
from frontdesk.staff.models import Staff, Terminal
from tests.conftest import open_session

# Playwright's own loop runs in this thread, which Django would take for an asynchronous caller.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

CHROMIUM = find_browser()
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page lives for seconds: to optimise its code or to tidy up costs more than it gains.
    "--js-flags=--no-opt,--no-maglev,--single-threaded,--min-semi-space-size=64",
]
CONTEXT = {"locale": "id-ID", "timezone_id": "Asia/Jakarta", "reduced_motion": "reduce"}
COUNTER = {"width": 1366, "height": 768}
PHONE = {"width": 360, "height": 740}
AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text()
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A request that gives way to a newer one; what follows one that failed has a name of its own.
GAVE_WAY = ("htmx:sendAbort", "htmx:afterRequest")
# What names a person is sent in a body: addresses stand in logs and histories.
TELLING = {"q", "text", "phone", "name", "words", "email"}
# `SHOTS=1` leaves a picture of every state in var/shots.
SHOTS = Path(settings.BASE_DIR) / "var/shots" if os.environ.get("SHOTS") else None
# What is waited for comes at once or never; a busy machine may take its time.
PATIENCE = 15_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("browser walks left out: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield opened
        opened.close()


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser, live_server: LiveServer) -> Iterator[NewPage]:
    """Return a function that opens a page in a browser of its own: one a person."""
    faults: list[str] = []
    contexts: list[BrowserContext] = []

    def open_page(viewport: dict[str, int] = COUNTER, **options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url, viewport=viewport, **{**CONTEXT, **options}
        )
        context.set_default_timeout(PATIENCE)
        # The first page of a run compiles every template it meets.
        context.set_default_navigation_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        _watch(page, faults, home=urlsplit(live_server.url).netloc)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def _watch(page: Page, faults: list[str], *, home: str) -> None:
    """Note what no page may do: break, be blocked by its own policy, or ask a foreign host."""

    def on_console(message: ConsoleMessage) -> None:
        if message.text.startswith(GAVE_WAY):
            return
        if "Content Security Policy" in message.text or "htmx:" in message.text:
            faults.append(message.text)

    def on_request(request: Any) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.netloc != home:
            faults.append(f"foreign host: {request.url}")
        if TELLING & parse_qs(address.query, keep_blank_values=True).keys():
            faults.append(f"what was typed stands in an address: {request.url}")

    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", on_console)
    page.on("request", on_request)


@pytest.fixture
def page(new_page: NewPage) -> Page:
    return new_page()


@pytest.fixture
def phone_page(new_page: NewPage) -> Page:
    return new_page(PHONE, has_touch=True, is_mobile=True)


@pytest.fixture
def sign_in(live_server: LiveServer) -> Callable[..., None]:
    """Return a function that signs a person in by cookie; with a terminal she can lock it."""

    def sign(page: Page, staff: Staff, *, terminal: Terminal | None = None) -> None:
        facts = {}
        if staff.branches:
            facts[BRANCH_KEY] = staff.branches[0].pk
        if terminal is not None:
            facts[TERMINAL_KEY] = terminal.pk
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": open_session(staff, **facts),
                    "url": live_server.url,
                    "httpOnly": True,
                }
            ]
        )

    return sign


def until(page: Page, happened: Callable[[], object]) -> None:
    """Go on when something happened outside of the page, of which Playwright knows nothing."""
    for _ in range(PATIENCE // 20):
        if happened():
            return
        page.wait_for_timeout(20)
    raise AssertionError("it did not happen in time")


def check_axe(page: Page, *, leave_out: tuple[str, ...] = ()) -> None:
    """Fail with every rule of WCAG 2.2 AA that axe finds broken on the page as it stands."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    options = {
        "runOnly": {"type": "tag", "values": AXE_TAGS},
        "resultTypes": ["violations"],  # what is right needs no report
        "rules": {rule: {"enabled": False} for rule in leave_out},
    }
    found = page.evaluate("options => axe.run(document, options)", options)
    broken = [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
    assert broken == []


def shoot(page: Page, name: str, *, full: bool = False) -> None:
    """Take a picture to look at, when the letters are there and pictures are wanted."""
    page.evaluate("() => document.fonts.ready")
    if SHOTS:
        SHOTS.mkdir(parents=True, exist_ok=True)
        # Hiding the caret leaves empty style attributes behind, which htmx would carry over.
        page.screenshot(path=SHOTS / f"{name}.png", full_page=full, caret="initial")
