import pytest
from axes.models import AccessAttempt
from django.test import Client

from frontdesk.branches.models import Branch
from frontdesk.staff.models import StaffEvent, StaffEventKind
from frontdesk.staff.permissions import Role
from tests.conftest import Cast, SignIn
from tests.factories import PASSWORD, PIN, AssignmentFactory

URL = "/staff/me/"
NEW_PIN = "739164"
NEW_PASSWORD = "teh-hangat-pagi"


def send_pin(client: Client, *, password: str = PASSWORD, pin: str = NEW_PIN, again: str = NEW_PIN):
    return client.post(f"{URL}pin/", {"pin-password": password, "pin-pin": pin, "pin-again": again})


def send_password(client: Client, *, old: str = PASSWORD, new: str = NEW_PASSWORD):
    return client.post(f"{URL}password/", {"password-password": old, "password-new": new})


def test_it_shows_who_she_is_and_where(cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(cast.anna).get(URL).text
    assert "Anna Contoh · Front officer · Menteng" in page


def test_the_language_is_the_person_s(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.anna)
    assert client.post("/staff/language/", {"language": "en", "next": URL})["Location"] == URL
    assert client.get(URL)["Content-Language"] == "en"
    assert sign_in(cast.anna).get(URL)["Content-Language"] == "en", "in every browser"
    assert sign_in(cast.bela).get(URL)["Content-Language"] == "id"


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/"])
def test_changing_the_language_leads_nowhere_else(cast: Cast, sign_in: SignIn, wanted: str) -> None:
    response = sign_in(cast.anna).post("/staff/language/", {"language": "en", "next": wanted})
    assert response["Location"] == "/"


def test_single_keys_can_be_switched_off(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.anna)
    assert "data-single-keys" in client.get(URL).text
    client.post(f"{URL}keys/", {})
    assert "data-single-keys" not in client.get(URL).text
    client.post(f"{URL}keys/", {"single_keys": "on"})
    assert "data-single-keys" in client.get(URL).text


def test_the_pin_changes_with_the_password(cast: Cast, menteng: Branch, sign_in: SignIn) -> None:
    client = sign_in(cast.anna)
    assert send_pin(client)["Location"] == URL
    assert "PIN diganti" in client.get(URL).text
    cast.anna.refresh_from_db()
    assert cast.anna.check_pin(NEW_PIN)
    event = StaffEvent.objects.get(kind=StaffEventKind.PIN_SET)
    assert (event.staff, event.subject, event.branch) == (cast.anna, cast.anna, menteng)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"password": "salah"}, "Kata sandi ini tidak cocok"),
        ({"pin": "123456", "again": "123456"}, "mudah ditebak"),
        ({"pin": "171090", "again": "171090"}, "seperti tanggal"),
        ({"again": "739165"}, "Kedua PIN tidak sama"),
        ({"pin": "7391"}, "PIN terdiri dari enam angka"),
        ({"pin": ""}, "Masukkan enam angka PIN baru"),
    ],
)
def test_a_refused_pin_says_why_beside_its_field(
    cast: Cast, sign_in: SignIn, change: dict[str, str], sentence: str
) -> None:
    response = send_pin(sign_in(cast.anna), **change)
    assert response.status_code == 422
    assert sentence in response.text
    cast.anna.refresh_from_db()
    assert cast.anna.check_pin(PIN)


def test_guessing_the_password_here_is_throttled_too(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.anna)
    for _attempt in range(5):
        response = send_pin(client, password="salah")
    assert response.status_code == 429


def test_no_secret_is_kept_with_a_wrong_attempt(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.anna)
    send_pin(client, password="hampir-benar")
    send_password(client, old="hampir-benar")
    client.post("/staff/sign-in/?with=password", {"username": "anna", "password": "hampir-benar"})
    kept = " ".join(f"{a.post_data} {a.get_data}" for a in AccessAttempt.objects.all())
    assert "pin-pin=****" in kept
    assert "password-new=****" in kept
    for secret in ("hampir-benar", NEW_PIN, NEW_PASSWORD):
        assert secret not in kept


def test_a_new_password_ends_her_other_sessions(cast: Cast, sign_in: SignIn) -> None:
    client, elsewhere = sign_in(cast.anna), sign_in(cast.anna)
    key = client.session.session_key
    assert send_password(client)["Location"] == URL
    assert client.get(URL).status_code == 200
    assert client.session.session_key != key
    assert elsewhere.get(URL).status_code == 302


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"old": "salah"}, "Kata sandi ini tidak cocok"),
        ({"new": "pendek"}, "pendek"),
        ({"new": "anna contoh"}, "mirip"),
        ({"new": ""}, "Isi kata sandi baru"),
    ],
)
def test_a_refused_password_says_why(
    cast: Cast, sign_in: SignIn, change: dict[str, str], sentence: str
) -> None:
    response = send_password(sign_in(cast.anna), **change)
    assert response.status_code == 422
    assert sentence in response.text.lower() or sentence in response.text
    cast.anna.refresh_from_db()
    assert cast.anna.check_password(PASSWORD)


def test_the_branch_is_changed_from_here_by_who_has_several(
    cast: Cast, jayapura: Branch, sign_in: SignIn
) -> None:
    assert "Pindah cabang" not in sign_in(cast.anna).get(URL).text
    AssignmentFactory(staff=cast.anna, branch=jayapura, role=Role.BRANCH_MANAGER)
    assert "Pindah cabang" in sign_in(cast.anna).get(URL).text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("0812-3456-7890", "+6281234567890"), ("+62 812 3456 7890", "+6281234567890"), ("", "")],
)
def test_she_gives_her_own_number(typed: str, kept: str, sign_in: SignIn, cast: Cast) -> None:
    answer = sign_in(cast.maya).post("/staff/me/phone/", {"phone-phone": typed}, follow=True)
    assert "Nomor HP disimpan" in answer.content.decode()
    cast.maya.refresh_from_db()
    assert cast.maya.phone == kept


def test_a_number_that_cannot_be_is_refused(sign_in: SignIn, cast: Cast) -> None:
    answer = sign_in(cast.maya).post("/staff/me/phone/", {"phone-phone": "0812"})
    assert answer.status_code == 422
    assert "Masukkan nomor HP 9–14 angka" in answer.content.decode()
