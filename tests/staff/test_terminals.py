import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.urls import reverse

from frontdesk.branches.models import Branch
from frontdesk.staff.models import StaffEvent, StaffEventKind, StaffSession, Terminal, hash_token
from frontdesk.staff.terminal_cookie import TERMINAL_COOKIE
from tests.conftest import Cast, SignIn
from tests.factories import PIN, TerminalFactory

URL = "/staff/terminals/"


def enrol(client: Client, name: str = "Meja 1"):
    return client.post(f"{URL}enrol/", {"name": name})


def test_a_manager_enrols_the_browser_she_sits_at(
    cast: Cast, menteng: Branch, sign_in: SignIn
) -> None:
    client = sign_in(cast.maya)
    response = enrol(client)
    assert response["Location"] == URL
    cookie = response.cookies[TERMINAL_COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["secure"], "a clinic's own network may have no TLS"
    assert int(cookie["max-age"]) > 300 * 24 * 3600
    terminal = Terminal.objects.get()
    assert (terminal.branch, terminal.enrolled_by) == (menteng, cast.maya)
    assert terminal.token_hash not in cookie.value
    assert hash_token(cookie.value.split(":")[0]) == terminal.token_hash
    assert "Peramban ini terdaftar sebagai <strong>Meja 1</strong>" in client.get(URL).text
    assert StaffEvent.objects.get(kind=StaffEventKind.TERMINAL_ENROLLED).terminal == terminal


def test_behind_tls_the_cookie_travels_only_there(cast: Cast, sign_in: SignIn, settings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    client = sign_in(cast.maya)
    response = client.post(f"{URL}enrol/", {"name": "Meja 1"}, secure=True)
    assert response.cookies[TERMINAL_COOKIE]["secure"]


def test_it_can_be_locked_at_once(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.maya)
    enrol(client)
    assert "lock-form" in client.get(URL).text
    assert client.post("/staff/lock/", {"next": URL})["Location"].startswith("/staff/locked/")


def test_a_terminal_needs_a_name(cast: Cast, sign_in: SignIn) -> None:
    response = enrol(sign_in(cast.maya), "  ")
    assert response.status_code == 422
    assert "Beri nama terminal ini" in response.text
    assert not Terminal.objects.exists()


def test_revoking_ends_what_runs_on_it(
    cast: Cast, counter: Client, terminal: Terminal, sign_in: SignIn
) -> None:
    counter.post("/staff/sign-in/", {"person": cast.anna.pk, "pin": PIN})
    assert counter.get("/staff/me/").status_code == 200
    manager = sign_in(cast.maya)
    assert manager.post(f"{URL}{terminal.pk}/revoke/")["Location"] == URL
    assert not StaffSession.objects.filter(staff=cast.anna).exists()
    assert counter.get("/staff/me/")["Location"].startswith("/staff/sign-in/")
    assert "data-pin" not in counter.get("/staff/sign-in/").text
    assert StaffEvent.objects.get(kind=StaffEventKind.TERMINAL_REVOKED).staff == cast.maya
    assert terminal.name not in manager.get(URL).text.split("banner")[-1]


def test_a_locked_terminal_is_ended_too(
    cast: Cast, counter: Client, terminal: Terminal, sign_in: SignIn
) -> None:
    counter.post("/staff/sign-in/", {"person": cast.anna.pk, "pin": PIN})
    counter.post("/staff/lock/", {"next": "/staff/me/"})
    sign_in(cast.maya).post(f"{URL}{terminal.pk}/revoke/")
    response = counter.post("/staff/locked/", {"person": cast.anna.pk, "pin": PIN})
    assert response["Location"].startswith("/staff/sign-in/")


def test_a_request_under_way_does_not_bring_the_session_back(
    cast: Cast, counter: Client, terminal: Terminal, sign_in: SignIn
) -> None:
    counter.post("/staff/sign-in/", {"person": cast.anna.pk, "pin": PIN})
    under_way = counter.session
    under_way["x"] = 1
    sign_in(cast.maya).post(f"{URL}{terminal.pk}/revoke/")
    with pytest.raises(UpdateError):
        under_way.save()
    assert not StaffSession.objects.filter(staff=cast.anna).exists()


def test_revoking_her_own_terminal_signs_the_manager_out(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.maya)
    enrol(client)
    response = client.post(f"{URL}{Terminal.objects.get().pk}/revoke/")
    assert response["Location"] == reverse("staff:sign_in")
    assert response.cookies[TERMINAL_COOKIE].value == ""
    assert client.get(URL).status_code == 302


def test_another_branch_s_terminal_does_not_exist(
    cast: Cast, jayapura: Branch, sign_in: SignIn
) -> None:
    other = TerminalFactory(branch=jayapura, name="Meja Jayapura")
    client = sign_in(cast.maya)
    assert client.post(f"{URL}{other.pk}/revoke/").status_code == 404
    assert "Meja Jayapura" not in client.get(URL).text
    other.refresh_from_db()
    assert other.revoked_at is None


def test_the_list_asks_no_more_for_more_terminals(
    cast: Cast, menteng: Branch, sign_in: SignIn, django_assert_num_queries
) -> None:
    client = sign_in(cast.maya)
    for _n in range(20):
        TerminalFactory(branch=menteng, enrolled_by=cast.maya)
    with django_assert_num_queries(2):
        client.get(URL)
