from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.test import Client
from django.urls import reverse

from frontdesk.branches.models import Branch
from frontdesk.staff.models import StaffEvent, StaffEventKind, StaffSession
from frontdesk.staff.permissions import Role
from tests.conftest import Cast
from tests.factories import PASSWORD, AssignmentFactory, create_staff

URL = "/staff/sign-in/"


def send(client: Client, username: str = "anna", password: str = PASSWORD, **more: str):
    return client.post(URL, {"username": username, "password": password, **more})


def test_the_password_opens_the_counter(client: Client, cast: Cast, menteng: Branch) -> None:
    response = send(client)
    assert response.status_code == 302
    assert response["Location"] == reverse("home:counter")
    assert client.session["branch_id"] == menteng.pk
    event = StaffEvent.objects.get(staff=cast.anna)
    assert (event.kind, event.branch) == (StaffEventKind.SIGNED_IN, menteng)


@pytest.mark.parametrize(
    ("person", "place"),
    [
        ("anna", "home:counter"),
        ("maya", "home:counter"),
        ("tari", "treatments:my_slips"),
        ("dewi", "treatments:approvals"),
        ("gita", "treatments:supplies_used"),
    ],
)
def test_each_role_lands_where_its_day_begins(
    client: Client, cast: Cast, person: str, place: str
) -> None:
    assert send(client, person)["Location"] == reverse(place)


def test_a_branch_that_was_closed_down_lets_nobody_in(
    client: Client, cast: Cast, menteng: Branch, jayapura: Branch
) -> None:
    AssignmentFactory(staff=cast.anna, branch=jayapura)
    Branch.objects.filter(pk=menteng.pk).update(is_active=False)
    send(client)
    assert client.session["branch_id"] == jayapura.pk
    assert "belum punya cabang" in send(Client(), "bela").text


def test_a_phone_writes_the_name_with_a_capital(client: Client, cast: Cast) -> None:
    assert send(client, " Anna ").status_code == 302


@pytest.mark.parametrize(
    ("username", "password"), [("anna", "salah"), ("tidak-ada", PASSWORD), ("anna", PASSWORD + " ")]
)
def test_a_wrong_name_and_a_wrong_password_read_the_same(
    client: Client, cast: Cast, username: str, password: str
) -> None:
    response = send(client, username, password)
    assert response.status_code == 422
    assert "Nama pengguna atau kata sandi tidak cocok" in response.text
    assert f'value="{username}"' in response.text
    assert "_auth_user_id" not in client.session


def test_somebody_who_left_cannot_come_in(client: Client, cast: Cast) -> None:
    cast.anna.is_active = False
    cast.anna.save()
    assert send(client).status_code == 422


def test_a_person_without_a_branch_is_told_whom_to_ask(client: Client, db: None) -> None:
    create_staff(branch=None, username="baru")
    response = send(client, "baru")
    assert response.status_code == 422
    assert "belum punya cabang" in response.text


def test_five_wrong_passwords_shut_one_person_out_and_say_for_how_long(
    client: Client, cast: Cast
) -> None:
    for _attempt in range(5):
        response = send(client, password="salah")
    assert response.status_code == 429
    assert "dalam 5 menit" in response.text
    assert 290 <= int(response["Retry-After"]) <= 300
    assert send(client).status_code == 429, "the right password does not help now"
    assert send(Client(), "bela").status_code == 302, "her colleague is let in"


def test_trying_again_while_shut_out_does_not_make_it_longer(client: Client, cast: Cast) -> None:
    for _attempt in range(5):
        send(client, password="salah")
    until = AccessAttempt.objects.get().attempt_time
    send(client, password="salah")
    assert AccessAttempt.objects.get().attempt_time == until


def test_after_five_minutes_she_is_let_in(client: Client, cast: Cast) -> None:
    for _attempt in range(5):
        send(client, password="salah")
    attempt = AccessAttempt.objects.get()
    attempt.attempt_time -= timedelta(minutes=5, seconds=1)
    attempt.save()
    assert send(client).status_code == 302


def test_every_sign_in_has_a_key_of_its_own(client: Client, cast: Cast) -> None:
    client.get("/staff/me/")
    send(client)
    first = client.session.session_key
    client.post(f"{URL}?with=password", {"username": "anna", "password": PASSWORD})
    second = client.session.session_key
    client.post(f"{URL}?with=password", {"username": "bela", "password": PASSWORD})
    assert len({first, second, client.session.session_key}) == 3
    assert list(StaffSession.objects.values_list("staff", flat=True)) == [cast.bela.pk]


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/admin/",
    ],
)
def test_she_is_led_only_to_places_of_ours_that_she_may_open(
    client: Client, cast: Cast, wanted: str
) -> None:
    assert send(client, next=wanted)["Location"] == reverse("home:counter")


def test_she_is_led_back_to_where_she_wanted_to_go(client: Client, cast: Cast) -> None:
    assert send(client, next="/staff/me/?x=1")["Location"] == "/staff/me/?x=1"


def test_who_is_in_already_goes_on(cast: Cast, sign_in) -> None:
    assert sign_in(cast.anna).get(URL)["Location"] == reverse("home:counter")


def test_who_works_at_several_branches_chooses(
    client: Client, cast: Cast, jayapura: Branch
) -> None:
    AssignmentFactory(staff=cast.anna, branch=jayapura, role=Role.FRONT_OFFICER)
    to = send(client, next="/staff/me/")["Location"]
    assert to == "/staff/branch/?next=%2Fstaff%2Fme%2F"
    assert "Jayapura" in client.get(to).text
    response = client.post("/staff/branch/", {"branch": jayapura.pk, "next": "/staff/me/"})
    assert response["Location"] == "/staff/me/"
    assert client.session["branch_id"] == jayapura.pk


@pytest.mark.parametrize("branch", ["", "x", "0", "999999999999999999999"])
def test_a_branch_that_is_not_hers_cannot_be_chosen(
    cast: Cast, jayapura: Branch, sign_in, branch: str
) -> None:
    client = sign_in(cast.anna)
    assert client.post("/staff/branch/", {"branch": branch}).status_code in {302, 404}
    assert client.post("/staff/branch/", {"branch": jayapura.pk}).status_code == 404
    assert "branch_id" not in client.session


def test_signing_out_ends_the_session(client: Client, cast: Cast) -> None:
    send(client)
    assert client.post("/staff/sign-out/")["Location"] == URL
    assert not StaffSession.objects.exists()
    assert client.get("/staff/me/").status_code == 302
    assert StaffEvent.objects.filter(kind=StaffEventKind.SIGNED_OUT, staff=cast.anna).exists()


def test_signing_out_needs_a_post(cast: Cast, sign_in) -> None:
    assert sign_in(cast.anna).get("/staff/sign-out/").status_code == 405


def test_the_language_of_the_sign_in_page_is_kept_in_the_browser(client: Client, db: None) -> None:
    response = client.post("/staff/language/", {"language": "en", "next": URL})
    assert response["Location"] == URL
    assert client.get(URL)["Content-Language"] == "en"
    client.post("/staff/language/", {"language": "xx"})
    assert client.get(URL)["Content-Language"] == "en"


def test_old_sessions_are_swept_when_their_person_signs_in(client: Client, cast: Cast) -> None:
    send(Client())
    StaffSession.objects.update(expire_date="2020-01-01T00:00Z")
    send(client)
    assert StaffSession.objects.count() == 1


def test_password_managers_are_welcome(client: Client, db: None) -> None:
    page = client.get(URL).text
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert settings.AXES_FAILURE_LIMIT == 5
