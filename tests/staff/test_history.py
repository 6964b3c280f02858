from datetime import timedelta

import pytest
from django.utils import timezone

from frontdesk.branches.models import Branch
from frontdesk.staff.actions import record, set_duty
from frontdesk.staff.models import StaffEvent, StaffEventKind
from frontdesk.staff.permissions import Role
from frontdesk.staff.reports import HISTORY_PAGE, branch_history
from tests.conftest import Cast, SignIn
from tests.factories import NOW

URL = "/staff/history/"


@pytest.fixture
def many(cast: Cast, menteng: Branch) -> int:
    count = 2 * HISTORY_PAGE + 7
    for n in range(count):
        # Three at the same moment: the mark between two pages must tell them apart.
        at = NOW + timedelta(minutes=n // 3)
        record(StaffEventKind.LOCKED, by=cast.anna, branch=menteng, detail=str(n), at=at)
    return count


def test_pages_follow_each_other_without_gap_or_repeat(menteng: Branch, many: int) -> None:
    seen: list[str] = []
    mark = ""
    while True:
        page = branch_history(menteng, before=mark)
        seen += [row.event.detail for row in page.rows]
        mark = page.before
        if not mark:
            break
    assert seen == [str(n) for n in reversed(range(many))]


def test_another_branch_s_history_is_not_shown(
    cast: Cast, menteng: Branch, jayapura: Branch, sign_in: SignIn
) -> None:
    record(StaffEventKind.TERMINAL_ENROLLED, by=cast.boris, branch=jayapura, detail="Jauh", at=NOW)
    page = sign_in(cast.maya).get(URL).text
    assert "Jauh" not in page
    assert "Belum ada riwayat" in page


@pytest.mark.parametrize("mark", ["x", "_", "2026-01-01_5", "2026-01-01T00:00:00+00:00_x"])
def test_a_broken_mark_shows_the_newest(cast: Cast, many: int, sign_in: SignIn, mark: str) -> None:
    response = sign_in(cast.maya).get(URL, {"before": mark})
    assert response.status_code == 200
    assert f">{many - 1}</span>" in response.text


def test_codes_are_told_as_sentences(cast: Cast, menteng: Branch, sign_in: SignIn) -> None:
    day = menteng.business_date(NOW)
    set_duty(cast.anna, branch=menteng, on=day, is_on=True, by=cast.maya, at=NOW)
    record(
        StaffEventKind.ROLE_GIVEN,
        by=cast.citra,
        subject=cast.bela,
        branch=menteng,
        detail=Role.DOCTOR,
        at=NOW,
    )
    page = sign_in(cast.maya).get(URL).text
    assert "Anna Contoh bertugas 22 Nov" in page
    assert "Bela Contoh: Dokter" in page


def test_the_page_asks_no_more_for_more_events(
    cast: Cast, many: int, sign_in: SignIn, django_assert_num_queries
) -> None:
    client = sign_in(cast.maya)
    with django_assert_num_queries(2):
        client.get(URL)


@pytest.mark.django_db(transaction=True)
def test_history_cannot_be_rewritten(cast: Cast, menteng: Branch) -> None:
    event = record(StaffEventKind.LOCKED, by=cast.anna, branch=menteng, at=timezone.now())
    with pytest.raises(Exception, match="append_only"):
        StaffEvent.objects.filter(pk=event.pk).update(detail="x")
