import pytest
from django.test import Client

from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff, StaffEvent, StaffEventKind, StaffSession
from frontdesk.staff.permissions import Role
from tests.conftest import Cast, SignIn
from tests.factories import PASSWORD, PIN, AssignmentFactory

STAFF = "/admin/staff/staff/"


def form(staff: Staff | None = None, *roles: tuple[Role, Branch | None], **change: str):
    rows = list(staff.assignments.order_by("pk")) if staff else []
    data = {
        "username": staff.username if staff else "sari",
        "name": staff.name if staff else "Sari Contoh",
        "nickname": staff.nickname if staff else "Sari",
        "language": "id",
        "is_active": "on",
        "new_password": "" if staff else PASSWORD,
        "new_pin": "",
        "assignments-TOTAL_FORMS": str(len(rows) + len(roles)),
        "assignments-INITIAL_FORMS": str(len(rows)),
    }
    for n, row in enumerate(rows):
        data |= {
            f"assignments-{n}-id": row.pk,
            f"assignments-{n}-staff": row.staff_id,
            f"assignments-{n}-role": row.role,
            f"assignments-{n}-branch": row.branch_id or "",
        }
    for n, (role, branch) in enumerate(roles, start=len(rows)):
        data |= {
            f"assignments-{n}-role": role,
            f"assignments-{n}-branch": branch.pk if branch else "",
        }
    return data | change


@pytest.fixture
def citra(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.citra)


def test_only_who_runs_the_chain_comes_in(client: Client, cast: Cast, sign_in: SignIn) -> None:
    assert sign_in(cast.citra).get("/admin/").status_code == 200
    for staff in (cast.anna, cast.tari, cast.maya):
        assert sign_in(staff).get("/admin/", follow=True).status_code == 403
    chain = client.get("/admin/", follow=True).redirect_chain
    assert chain[-1][0] == "/staff/sign-in/?with=password&next=%2Fadmin%2F"


def test_a_pin_alone_does_not_open_it(cast: Cast, counter: Client, menteng: Branch) -> None:
    AssignmentFactory(staff=cast.citra, branch=menteng, role=Role.BRANCH_MANAGER)
    counter.post("/staff/sign-in/", {"person": cast.citra.pk, "pin": PIN})
    page = counter.get("/admin/", follow=True)
    assert page.redirect_chain[-1][0].startswith("/staff/sign-in/?with=password")
    assert page.status_code == 200
    assert "current-password" in page.text
    counter.post(
        "/staff/sign-in/?with=password",
        {"username": "citra", "password": PASSWORD, "next": "/admin/"},
    )
    assert counter.get("/admin/").status_code == 200


def test_a_new_person_gets_password_pin_and_roles(
    citra: Client, cast: Cast, menteng: Branch, jayapura: Branch
) -> None:
    data = form(
        None,
        (Role.FRONT_OFFICER, menteng),
        (Role.BRANCH_MANAGER, jayapura),
        username="Sari",
        new_pin="739164",
    )
    assert citra.post(f"{STAFF}add/", data).status_code == 302
    sari = Staff.objects.get(username="sari")
    assert sari.check_password(PASSWORD)
    assert sari.check_pin("739164")
    assert not sari.check_pin("")
    given = StaffEvent.objects.filter(kind=StaffEventKind.ROLE_GIVEN, subject=sari)
    assert {(e.staff, e.branch, e.detail) for e in given} == {
        (cast.citra, menteng, Role.FRONT_OFFICER),
        (cast.citra, jayapura, Role.BRANCH_MANAGER),
    }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"new_password": ""}, "Bidang ini tidak boleh kosong"),
        ({"new_password": "sari contoh"}, "mirip"),
        ({"new_pin": "123456"}, "mudah ditebak"),
        ({"username": "ANNA"}, "telah ada"),
    ],
)
def test_what_is_wrong_with_a_new_person_stands_beside_it(
    citra: Client, change: dict[str, str], sentence: str
) -> None:
    response = citra.post(f"{STAFF}add/", form(None, **change))
    assert response.status_code == 200
    assert sentence in response.text
    assert not Staff.objects.filter(username="sari").exists()


def test_a_chain_role_has_no_branch_and_the_others_have_one(citra: Client, menteng: Branch) -> None:
    with_branch = citra.post(f"{STAFF}add/", form(None, (Role.CHAIN_ADMIN, menteng)))
    assert "bekerja di semua cabang" in with_branch.text
    without = citra.post(f"{STAFF}add/", form(None, (Role.DOCTOR, None)))
    assert "Pilih cabang untuk peran ini" in without.text


def test_taking_a_role_is_written_down(citra: Client, cast: Cast, menteng: Branch) -> None:
    data = form(cast.bela) | {"assignments-0-DELETE": "on"}
    citra.post(f"{STAFF}{cast.bela.pk}/change/", data)
    assert not cast.bela.assignments.exists()
    event = StaffEvent.objects.get(kind=StaffEventKind.ROLE_TAKEN)
    assert (event.subject, event.branch, event.staff) == (cast.bela, menteng, cast.citra)


def test_saving_without_a_change_keeps_password_and_pin(citra: Client, cast: Cast) -> None:
    assert citra.post(f"{STAFF}{cast.bela.pk}/change/", form(cast.bela)).status_code == 302
    cast.bela.refresh_from_db()
    assert cast.bela.check_password(PASSWORD)
    assert cast.bela.check_pin(PIN)
    assert not StaffEvent.objects.exists()


def test_a_pin_given_by_the_chain_stands_in_the_branch_s_history(
    citra: Client, cast: Cast, menteng: Branch
) -> None:
    citra.post(f"{STAFF}{cast.bela.pk}/change/", form(cast.bela, new_pin="739164"))
    event = StaffEvent.objects.get(kind=StaffEventKind.PIN_SET)
    assert (event.staff, event.subject, event.branch) == (cast.citra, cast.bela, menteng)


def test_switching_a_person_off_ends_her_sessions_at_once(
    citra: Client, cast: Cast, sign_in: SignIn
) -> None:
    bela = sign_in(cast.bela)
    assert bela.get("/staff/me/").status_code == 200
    data = form(cast.bela)
    del data["is_active"]
    citra.post(f"{STAFF}{cast.bela.pk}/change/", data)
    assert not StaffSession.objects.filter(staff=cast.bela).exists()
    assert bela.get("/staff/me/").status_code == 302
    assert StaffEvent.objects.get(kind=StaffEventKind.DEACTIVATED).subject == cast.bela


def test_nobody_switches_herself_off(citra: Client, cast: Cast) -> None:
    data = form(cast.citra)
    del data["is_active"]
    citra.post(f"{STAFF}{cast.citra.pk}/change/", data)
    cast.citra.refresh_from_db()
    assert cast.citra.is_active


def test_a_new_password_of_her_own_does_not_throw_her_out(citra: Client, cast: Cast) -> None:
    data = form(cast.citra, new_password="teh-hangat-pagi")
    citra.post(f"{STAFF}{cast.citra.pk}/change/", data)
    assert citra.get("/admin/").status_code == 200


def test_nobody_is_deleted(citra: Client, cast: Cast, menteng: Branch) -> None:
    assert citra.post(f"{STAFF}{cast.bela.pk}/delete/", {"post": "yes"}).status_code == 403
    url = f"/admin/branches/branch/{menteng.pk}/delete/"
    assert citra.post(url, {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    "url", ["", "staff/staff/", "staff/staff/add/", "branches/branch/", "branches/branch/add/"]
)
def test_its_pages_open(citra: Client, url: str) -> None:
    assert citra.get(f"/admin/{url}").status_code == 200


def test_only_what_is_ours_is_kept_there(citra: Client) -> None:
    page = citra.get("/admin/").text
    assert "/admin/staff/staff/" in page
    assert "/admin/auth/group/" not in page
    assert "/admin/axes/" not in page


def test_its_way_out_is_ours(citra: Client) -> None:
    response = citra.post("/admin/logout/")
    assert (response.status_code, response["Location"]) == (307, "/staff/sign-out/")
    assert citra.get("/admin/password_change/")["Location"] == "/staff/me/"


def test_the_list_asks_no_more_for_more_people(
    citra: Client, menteng: Branch, django_assert_max_num_queries
) -> None:
    for _n in range(20):
        AssignmentFactory(branch=menteng)
    with django_assert_max_num_queries(12):
        citra.get(STAFF)
