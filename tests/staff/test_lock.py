from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from frontdesk.branches.models import Branch
from frontdesk.staff.middleware import ACTIVE_EVERY, ACTIVE_KEY, IDLE_GRACE, LOCKED_KEY
from frontdesk.staff.models import Staff, StaffEvent, StaffEventKind, StaffSession, Terminal
from tests.conftest import Cast, SignIn
from tests.factories import PASSWORD, PIN

LOCKED_URL = "/staff/locked/"


@pytest.fixture
def anna_at_counter(counter: Client, cast: Cast) -> Client:
    counter.post("/staff/sign-in/", {"person": cast.anna.pk, "pin": PIN})
    return counter


def lock(client: Client, back: str = "/staff/me/") -> str:
    return client.post("/staff/lock/", {"next": back})["Location"]


def enter(client: Client, staff: Staff, *, pin: str = PIN, back: str = "/staff/me/"):
    return client.post(LOCKED_URL, {"person": staff.pk, "pin": pin, "next": back})


def set_idle(client: Client, idle: timedelta) -> None:
    session = client.session
    session[ACTIVE_KEY] = (timezone.now() - idle).isoformat()
    session.save()


def test_one_key_locks_and_shows_who_can_open(anna_at_counter: Client, cast: Cast) -> None:
    to = lock(anna_at_counter, "/staff/duty/?a=1")
    assert to == "/staff/locked/?next=%2Fstaff%2Fduty%2F%3Fa%3D1"
    page = anna_at_counter.get(to)
    assert page.text.index("Anna Contoh") < page.text.index("Bela Contoh"), "the last person first"
    assert f'value="{cast.anna.pk}" checked' in page.text
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert StaffEvent.objects.filter(kind=StaffEventKind.LOCKED, staff=cast.anna).exists()


def test_the_same_person_goes_on_in_the_same_session_under_a_new_key(
    anna_at_counter: Client, cast: Cast
) -> None:
    session = anna_at_counter.session
    session["kept"] = "yes"
    session.save()
    old = session.session_key
    lock(anna_at_counter)
    assert enter(anna_at_counter, cast.anna)["Location"] == "/staff/me/"
    assert anna_at_counter.session["kept"] == "yes"
    assert anna_at_counter.session.session_key != old
    assert not StaffSession.objects.filter(session_key=old).exists()
    assert anna_at_counter.get("/staff/me/").status_code == 200
    assert StaffEvent.objects.filter(kind=StaffEventKind.UNLOCKED, staff=cast.anna).exists()


def test_another_person_begins_a_session_of_her_own(
    anna_at_counter: Client, cast: Cast, terminal: Terminal
) -> None:
    session = anna_at_counter.session
    session["of"] = "anna"
    session.save()
    lock(anna_at_counter)
    assert enter(anna_at_counter, cast.bela)["Location"] == "/staff/me/"
    assert "of" not in anna_at_counter.session
    assert anna_at_counter.session["terminal_id"] == terminal.pk
    assert "Bela Contoh" in anna_at_counter.get("/staff/me/").text
    assert list(StaffSession.objects.values_list("staff", flat=True)) == [cast.bela.pk]


def test_who_may_not_open_the_page_lands_where_she_works(
    anna_at_counter: Client, cast: Cast
) -> None:
    lock(anna_at_counter, "/staff/duty/")
    to = enter(anna_at_counter, cast.tari, back="/staff/duty/")["Location"]
    assert to == reverse("treatments:my_slips")


def test_a_wrong_pin_leaves_it_locked(anna_at_counter: Client, cast: Cast) -> None:
    lock(anna_at_counter)
    response = enter(anna_at_counter, cast.bela, pin="975310")
    assert response.status_code == 422
    assert "Tersisa 4 percobaan" in response.text
    assert f'value="{cast.bela.pk}" checked' in response.text, "she need not choose herself again"
    assert anna_at_counter.get("/staff/me/").status_code == 302


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/nowhere/", ""])
def test_it_opens_only_towards_places_of_ours(
    anna_at_counter: Client, cast: Cast, wanted: str
) -> None:
    lock(anna_at_counter)
    assert enter(anna_at_counter, cast.anna, back=wanted)["Location"] == reverse("home:counter")


def test_a_guest_from_another_branch_opens_her_own_lock(
    counter: Client, cast: Cast, jayapura: Branch
) -> None:
    counter.post("/staff/sign-in/?with=password", {"username": "boris", "password": PASSWORD})
    assert counter.session["branch_id"] == jayapura.pk
    to = lock(counter)
    assert "Boris Contoh" in counter.get(to).text
    assert enter(counter, cast.boris)["Location"] == "/staff/me/"
    assert counter.session["branch_id"] == jayapura.pk


def test_after_a_guest_the_next_one_begins_at_her_landing_page(
    counter: Client, cast: Cast, menteng: Branch
) -> None:
    counter.post("/staff/sign-in/?with=password", {"username": "boris", "password": PASSWORD})
    lock(counter)
    assert enter(counter, cast.anna)["Location"] == reverse("home:counter")
    assert counter.session["branch_id"] == menteng.pk


def test_a_password_opens_it_too(anna_at_counter: Client, cast: Cast) -> None:
    lock(anna_at_counter)
    assert anna_at_counter.get("/staff/sign-in/")["Location"].startswith(LOCKED_URL)
    page = anna_at_counter.get("/staff/sign-in/?with=password&next=/staff/me/")
    assert page.status_code == 200
    response = anna_at_counter.post(
        "/staff/sign-in/?with=password",
        {"username": "maya", "password": PASSWORD, "next": "/staff/me/"},
    )
    assert response["Location"] == "/staff/me/"
    assert LOCKED_KEY not in anna_at_counter.session


@pytest.mark.parametrize(
    "url",
    ["/staff/me/", "/staff/duty/", "/staff/history/", "/staff/terminals/", "/staff/branch/", "/"],
)
def test_a_locked_session_gets_nothing(anna_at_counter: Client, cast: Cast, url: str) -> None:
    lock(anna_at_counter)
    response = anna_at_counter.get(url)
    assert response.status_code == 302
    assert response["Location"].startswith(LOCKED_URL)
    fragment = anna_at_counter.get(url, headers={"HX-Request": "true"})
    assert fragment.status_code == 204
    assert fragment["HX-Redirect"].startswith(LOCKED_URL)
    assert not fragment.content


def test_a_locked_session_does_nothing(anna_at_counter: Client, cast: Cast) -> None:
    lock(anna_at_counter)
    anna_at_counter.post(f"/staff/duty/{cast.bela.pk}/", {"is_on": "1"})
    anna_at_counter.post("/staff/language/", {"language": "en"})
    anna_at_counter.post("/staff/me/keys/", {})
    cast.anna.refresh_from_db()
    assert (cast.anna.language, cast.anna.single_keys) == ("id", True)
    assert not cast.bela.duties.exists()
    assert anna_at_counter.get("/admin/")["Location"].startswith("/admin/login/")


def test_a_page_that_does_not_exist_shows_nobody_s_menu(
    anna_at_counter: Client, cast: Cast
) -> None:
    lock(anna_at_counter)
    assert "menu-sheet" not in anna_at_counter.get("/nowhere/").text


def test_the_lock_page_without_a_lock_leads_on(client: Client, cast: Cast, sign_in: SignIn) -> None:
    assert client.get(LOCKED_URL)["Location"].startswith("/staff/sign-in/")
    assert (
        sign_in(cast.anna).get(f"{LOCKED_URL}?next=/staff/me/", follow=True).redirect_chain[-1][0]
        == "/staff/me/"
    )


def test_on_a_phone_locking_is_signing_out(cast: Cast, sign_in: SignIn) -> None:
    phone = sign_in(cast.tari)
    assert lock(phone) == "/staff/sign-in/?next=%2Fstaff%2Fme%2F"
    assert "_auth_user_id" not in phone.session


def test_the_server_locks_when_the_browser_failed_to(anna_at_counter: Client) -> None:
    set_idle(anna_at_counter, settings.IDLE_LOCK + IDLE_GRACE + timedelta(seconds=1))
    assert anna_at_counter.get("/staff/me/")["Location"].startswith(LOCKED_URL)
    assert anna_at_counter.session[LOCKED_KEY]
    assert StaffEvent.objects.filter(kind=StaffEventKind.LOCKED).count() == 1
    anna_at_counter.get("/staff/me/")
    assert StaffEvent.objects.filter(kind=StaffEventKind.LOCKED).count() == 1


def test_the_browser_has_its_chance_first(anna_at_counter: Client) -> None:
    set_idle(anna_at_counter, settings.IDLE_LOCK + IDLE_GRACE - timedelta(seconds=5))
    assert anna_at_counter.get("/staff/me/").status_code == 200


def test_a_live_screen_alone_is_nobody_at_the_keyboard(anna_at_counter: Client) -> None:
    idle = settings.IDLE_LOCK + IDLE_GRACE - timedelta(seconds=5)
    set_idle(anna_at_counter, idle)
    anna_at_counter.get("/staff/me/", headers={"X-Poll": "1"})
    seen = datetime.fromisoformat(anna_at_counter.session[ACTIVE_KEY])
    assert timezone.now() - seen >= idle
    anna_at_counter.get("/staff/me/")
    seen = datetime.fromisoformat(anna_at_counter.session[ACTIVE_KEY])
    assert timezone.now() - seen < ACTIVE_EVERY


def test_who_types_for_long_is_heard(anna_at_counter: Client) -> None:
    set_idle(anna_at_counter, settings.IDLE_LOCK)
    response = anna_at_counter.get("/staff/still-here/", headers={"HX-Request": "true"})
    assert response.status_code == 204
    seen = datetime.fromisoformat(anna_at_counter.session[ACTIVE_KEY])
    assert timezone.now() - seen < ACTIVE_EVERY


def test_a_person_s_own_phone_does_not_lock_itself(cast: Cast, sign_in: SignIn) -> None:
    phone = sign_in(cast.tari)
    set_idle(phone, timedelta(hours=3))
    assert phone.get("/staff/me/").status_code == 200


def test_the_page_knows_when_to_lock_itself(anna_at_counter: Client, cast: Cast, sign_in) -> None:
    assert 'data-idle-lock-seconds="180"' in anna_at_counter.get("/staff/me/").text
    assert "data-idle-lock-seconds" not in sign_in(cast.bela).get("/staff/me/").text


def test_nobody_s_language_decides_for_the_lock(anna_at_counter: Client) -> None:
    lock(anna_at_counter)
    anna_at_counter.post("/staff/language/", {"language": "en", "next": LOCKED_URL})
    assert anna_at_counter.get(LOCKED_URL)["Content-Language"] == "en"
