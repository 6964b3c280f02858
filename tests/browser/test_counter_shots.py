from datetime import timedelta
import pytest
from django.utils import timezone
from tests.browser.conftest import check_axe, shoot
from tests.factories import TerminalFactory
from tests.home.morning import busy_morning
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

def test_shots(new_page, cast, menteng, sign_in):
    from tests.factories import put_on_duty
    now = timezone.now()
    page = new_page()
    sign_in(page, cast.anna, terminal=TerminalFactory(branch=menteng))
    page.goto("/"); page.wait_for_timeout(300); shoot(page, "c-empty")
    found = busy_morning(menteng, cast, at=now)
    page.goto("/"); page.wait_for_timeout(300); shoot(page, "c-busy")
    page.goto(f"/?visit={found[7].pk}"); page.wait_for_timeout(500); shoot(page, "c-called")
    page.goto(f"/?visit={found[0].pk}"); page.wait_for_timeout(500); shoot(page, "c-treated")
    page.goto(f"/?visit={found[16].pk}"); page.wait_for_timeout(500); shoot(page, "c-guest")
    page.goto("/?new=1"); page.wait_for_timeout(300); shoot(page, "c-new")
    page.goto(f"/?customer={found[0].customer_id}"); page.wait_for_timeout(300); shoot(page, "c-customer")
    page.keyboard.press("1"); page.wait_for_timeout(600); shoot(page, "c-checked-in")
    page.keyboard.press("Alt+l"); page.wait_for_timeout(600); shoot(page, "c-served")
