"""Days on which customers are left in peace, in the zone of their branch."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontdesk.branches.forms import BranchForm
from frontdesk.branches.models import Branch, TimeZone, Weekday
from tests.conftest import Cast, SignIn
from tests.factories import BranchFactory

SATURDAY = date(2026, 11, 21)
SUNDAY = date(2026, 11, 22)
MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize("zone", list(TimeZone))
def test_a_quiet_weekday_lasts_from_midnight_to_midnight_of_the_branch(zone: TimeZone) -> None:
    branch = Branch(time_zone=zone, quiet_weekdays=[Weekday.SUNDAY])
    assert not branch.is_quiet(branch.at(SATURDAY, time(19, 59)))
    assert branch.is_quiet(branch.at(SUNDAY, time(10)))
    assert branch.is_quiet(branch.at(SUNDAY, time(19, 59, 59)))
    assert not branch.is_quiet(branch.at(MONDAY, time(8)))


def test_the_same_moment_is_quiet_in_the_east_and_not_in_the_west() -> None:
    # 16.30 in Jakarta on Saturday is 17.30 in Makassar and 18.30 in Jayapura.
    west, middle, east = (
        Branch(
            time_zone=zone,
            quiet_from=time(0),
            quiet_until=time(0),
            quiet_dates=[date(2026, 11, 22)],
        )
        for zone in (TimeZone.WIB, TimeZone.WITA, TimeZone.WIT)
    )
    at = west.at(SATURDAY, time(22, 30))
    assert [branch.is_quiet(at) for branch in (west, middle, east)] == [False, False, True]
    at += timedelta(minutes=45)
    assert [branch.is_quiet(at) for branch in (west, middle, east)] == [False, True, True]
    at = east.at(MONDAY, time(0))
    assert [branch.is_quiet(at) for branch in (west, middle, east)] == [True, True, False]


def test_the_night_before_a_quiet_day_waits_until_the_day_after_it() -> None:
    branch = Branch(quiet_weekdays=[Weekday.SUNDAY])
    assert branch.after_quiet(branch.at(SATURDAY, time(21))) == branch.at(MONDAY, time(8))
    assert branch.after_quiet(branch.at(SUNDAY, time(3))) == branch.at(MONDAY, time(8))
    assert branch.after_quiet(branch.at(SUNDAY, time(12))) == branch.at(MONDAY, time(8))
    assert branch.after_quiet(branch.at(SATURDAY, time(12))) == branch.at(SATURDAY, time(12))


def test_without_quiet_hours_a_quiet_day_ends_at_midnight() -> None:
    branch = Branch(quiet_from=time(0), quiet_until=time(0), quiet_dates=[SUNDAY])
    assert branch.after_quiet(branch.at(SUNDAY, time(15))) == branch.at(MONDAY, time(0))


def test_quiet_hours_within_the_day_after_a_quiet_day() -> None:
    branch = Branch(quiet_from=time(0), quiet_until=time(9, 30), quiet_dates=[SUNDAY])
    assert branch.after_quiet(branch.at(SUNDAY, time(15))) == branch.at(MONDAY, time(9, 30))


def test_a_holiday_beside_a_weekend() -> None:
    branch = Branch(
        quiet_weekdays=[Weekday.SATURDAY, Weekday.SUNDAY],
        quiet_dates=[MONDAY, MONDAY + timedelta(days=1)],
    )
    assert branch.after_quiet(branch.at(SATURDAY, time(10))) == branch.at(
        date(2026, 11, 25), time(8)
    )


# A busy machine draws slowly; how fast it is, is not the question here.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    zone=st.sampled_from(TimeZone),
    quiet_from=st.times(),
    quiet_until=st.times(),
    weekdays=st.sets(st.sampled_from(Weekday), max_size=6),
    dates=st.sets(st.dates(min_value=SATURDAY, max_value=date(2026, 12, 24)), max_size=8),
    at=st.datetimes(
        min_value=datetime(2026, 11, 20), max_value=datetime(2026, 12, 20)
    ).map(lambda at: at.astimezone()),
)  # fmt: skip
def test_after_quiet_is_the_first_moment_that_is_not_quiet(
    zone, quiet_from, quiet_until, weekdays, dates, at
) -> None:
    branch = Branch(
        time_zone=zone,
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        quiet_weekdays=sorted(weekdays),
        quiet_dates=sorted(dates),
    )
    later = branch.after_quiet(at)
    assert not branch.is_quiet(later)
    assert later >= at
    if later > at:
        assert branch.is_quiet(at)
        assert branch.is_quiet(later - timedelta(microseconds=1))


def test_a_branch_with_no_day_to_write_on_is_refused(db: None) -> None:
    with pytest.raises(IntegrityError, match="a_day_to_write_on"):
        BranchFactory(quiet_weekdays=list(Weekday.values))


def test_what_is_typed_becomes_days() -> None:
    field = BranchForm.base_fields["quiet_dates"]
    assert field.clean("17/08/2027\n 25-12-26,1/1/2027\n\n17/08/2027") == [
        date(2026, 12, 25),
        date(2027, 1, 1),
        date(2027, 8, 17),
    ]
    assert field.prepare_value([date(2027, 8, 17)]) == "17/08/2027"
    with pytest.raises(Exception, match=r"31/02/2027.*bukan tanggal"):
        field.clean("31/02/2027")


def test_the_chain_sets_them_on_the_branch_s_page(
    cast: Cast, menteng: Branch, sign_in: SignIn
) -> None:
    client = sign_in(cast.citra)
    url = f"/admin/branches/branch/{menteng.pk}/change/"
    page = client.get(url).content.decode()
    assert "Hari tanpa pesan" in page
    form = {
        "name": "Menteng", "code": "JKT", "time_zone": TimeZone.WIB, "is_active": "on",
        "day_starts_at": "04:00", "opens_at": "09:00", "closes_at": "20:00", "drink_after": "15",
        "quiet_from": "20:00", "quiet_until": "08:00", "paper": "80",
        "quiet_weekdays": ["6"], "quiet_dates": "17/08/2027",
    }  # fmt: skip
    assert client.post(url, form).status_code == 302
    menteng.refresh_from_db()
    assert menteng.quiet_weekdays == [Weekday.SUNDAY]
    assert menteng.quiet_dates == [date(2027, 8, 17)]

    answer = client.post(url, form | {"quiet_weekdays": [str(day) for day in Weekday.values]})
    assert "Sisakan paling sedikit satu hari" in answer.content.decode()
