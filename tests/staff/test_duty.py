from datetime import timedelta

import pytest
from django.utils import timezone

from frontdesk.branches.models import Branch
from frontdesk.staff.actions import repeat_duty, set_duty
from frontdesk.staff.models import Duty, Staff, StaffEvent, StaffEventKind
from frontdesk.staff.permissions import Role
from tests.conftest import Cast, SignIn
from tests.factories import NOW, create_staff

URL = "/staff/duty/"


def on_today(branch: Branch) -> set[Staff]:
    today = branch.business_date(timezone.now())
    return set(Staff.objects.on_duty(branch=branch, on=today))


def test_a_tap_puts_a_person_on_duty_and_off(cast: Cast, menteng: Branch, sign_in: SignIn) -> None:
    Duty.objects.all().delete()
    client = sign_in(cast.anna)
    response = client.post(f"{URL}{cast.rara.pk}/", {"is_on": "1"}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "duty-changed" in response["HX-Trigger"]
    assert "<html" not in response.text
    assert 'aria-checked="true"' in response.text
    assert on_today(menteng) == {cast.rara}
    assert client.post(f"{URL}{cast.rara.pk}/", {"is_on": "0"})["Location"] == URL
    assert on_today(menteng) == set()
    events = StaffEvent.objects.filter(kind=StaffEventKind.DUTY_SET).order_by("pk")
    assert [(e.staff, e.subject, e.branch) for e in events] == [(cast.anna, cast.rara, menteng)] * 2
    assert [e.detail.split()[1] for e in events] == ["on", "off"]


def test_saying_it_twice_is_saying_it_once(cast: Cast, menteng: Branch) -> None:
    day = menteng.business_date(NOW)
    for _click in range(2):
        set_duty(cast.anna, branch=menteng, on=day, is_on=True, by=cast.maya, at=NOW)
    assert StaffEvent.objects.filter(kind=StaffEventKind.DUTY_SET).count() == 1
    assert Duty.objects.filter(staff=cast.anna).count() == 1


def test_those_who_treat_stand_first(cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(cast.maya).get(URL).text
    names = ["Rara Contoh", "Tari Contoh", "Dewi Contoh", "Anna Contoh", "Gita Contoh"]
    places = [page.index(f'<span class="row-title">{name}') for name in names]
    assert places == sorted(places)
    assert "Boris" not in page


def test_nobody_of_another_branch_can_be_put_on_duty(cast: Cast, sign_in: SignIn) -> None:
    assert sign_in(cast.anna).post(f"{URL}{cast.boris.pk}/", {"is_on": "1"}).status_code == 404
    assert sign_in(cast.tari).post(f"{URL}{cast.rara.pk}/", {"is_on": "1"}).status_code == 403


def test_the_last_day_can_be_repeated(cast: Cast, menteng: Branch, sign_in: SignIn) -> None:
    client = sign_in(cast.anna)
    Duty.objects.all().delete()
    assert "Belum ada hari sebelumnya" in client.post(f"{URL}repeat/", follow=True).text
    now = timezone.now()
    today = menteng.business_date(now)
    for staff, ago, is_on in ((cast.tari, 2, True), (cast.rara, 2, False), (cast.dewi, 9, True)):
        day = today - timedelta(days=ago)
        set_duty(staff, branch=menteng, on=day, is_on=is_on, by=cast.maya, at=now)
    client.post(f"{URL}repeat/")
    assert on_today(menteng) == {cast.tari}


def test_who_left_is_not_repeated(cast: Cast, menteng: Branch) -> None:
    yesterday = menteng.business_date(NOW)
    cast.tari.is_active = False
    cast.tari.save()
    assert repeat_duty(menteng, on=yesterday + timedelta(days=1), by=cast.anna, at=NOW) == 1


@pytest.mark.parametrize("people", [0, 15])
def test_the_board_asks_no_more_for_more_people(
    cast: Cast, menteng: Branch, sign_in: SignIn, django_assert_num_queries, people: int
) -> None:
    for _n in range(people):
        create_staff(Role.BEAUTICIAN, branch=menteng)
    client = sign_in(cast.anna)
    with django_assert_num_queries(3):
        client.get(URL)
