import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from frontdesk.branches.models import Branch, TimeZone
from frontdesk.staff.models import Staff, StaffEvent

pytestmark = pytest.mark.django_db

ASKED = [
    "nadia",
    "--name",
    "Nadia Contoh",
    "--branch",
    "Menteng",
    "--code",
    "jkt",
    "--zone",
    "WITA",
]
GOOD = "tangga-biru-26"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):
    def type_in(password: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))

    return type_in


def test_she_can_sign_in_at_the_first_branch(typed, client: Client):
    typed(GOOD)
    call_command("first_admin", *ASKED)

    branch = Branch.objects.get()
    assert (branch.code, branch.time_zone) == ("JKT", TimeZone.WITA)
    assert StaffEvent.objects.get().subject == Staff.objects.get()
    client.post(reverse("staff:sign_in"), {"username": "nadia", "password": GOOD})
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("arguments", "password", "why"),
    [
        (ASKED, "12345", "too short"),
        (ASKED, "", "too short"),
        ([*ASKED[:-4], "--code", "J-K-T-1"], GOOD, "branches_branch_code|at most 6"),
    ],
)
def test_nothing_is_made_of_bad_input(typed, arguments: list[str], password: str, why: str):
    typed(password)
    with pytest.raises(CommandError, match=why):
        call_command("first_admin", *arguments)
    assert not Branch.objects.exists()
    assert not Staff.objects.exists()


def test_only_the_first_person_is_made_so(typed):
    typed(GOOD)
    call_command("first_admin", *ASKED)
    with pytest.raises(CommandError, match="people already"):
        call_command("first_admin", *ASKED)
