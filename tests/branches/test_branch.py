from datetime import UTC, date, datetime, time

import pytest

from frontdesk.branches.forms import BranchForm
from frontdesk.branches.models import Branch, TimeZone
from tests.factories import NOW, BranchFactory


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        # 16.59 UTC is 23.59 in Jakarta, 00.59 in Makassar, 01.59 in Jayapura.
        (TimeZone.WIB, datetime(2026, 11, 22, 16, 59, tzinfo=UTC), date(2026, 11, 22)),
        (TimeZone.WITA, datetime(2026, 11, 22, 16, 59, tzinfo=UTC), date(2026, 11, 22)),
        (TimeZone.WIT, datetime(2026, 11, 22, 16, 59, tzinfo=UTC), date(2026, 11, 22)),
        # 19.00 UTC is 04.00 in Jayapura: the next day of its books begins.
        (TimeZone.WIT, datetime(2026, 11, 22, 18, 59, 59, tzinfo=UTC), date(2026, 11, 22)),
        (TimeZone.WIT, datetime(2026, 11, 22, 19, 0, tzinfo=UTC), date(2026, 11, 23)),
        (TimeZone.WIB, datetime(2026, 11, 22, 19, 0, tzinfo=UTC), date(2026, 11, 22)),
    ],
)
def test_a_moment_belongs_to_the_day_of_the_branch_s_books(
    zone: TimeZone, at: datetime, day: date
) -> None:
    assert Branch(time_zone=zone).business_date(at) == day


def test_a_branch_may_begin_its_day_on_the_half_hour() -> None:
    branch = Branch(day_starts_at=time(4, 30))
    assert branch.business_date(branch.at(date(2026, 11, 22), time(4, 29))) == date(2026, 11, 21)
    assert branch.business_date(branch.at(date(2026, 11, 22), time(4, 30))) == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("clock", "is_quiet"),
    [
        (time(19, 59), False),
        (time(20), True),
        (time(3), True),
        (time(7, 59), True),
        (time(8), False),
    ],
)
def test_customers_are_left_in_peace_over_night(clock: time, is_quiet: bool) -> None:
    branch = Branch(time_zone=TimeZone.WITA)
    assert branch.is_quiet(branch.at(date(2026, 11, 22), clock)) is is_quiet


def test_quiet_hours_within_a_day() -> None:
    branch = Branch(quiet_from=time(12), quiet_until=time(13))
    noon = branch.at(date(2026, 11, 22), time(12, 30))
    assert branch.is_quiet(noon)
    assert branch.after_quiet(noon) == branch.at(date(2026, 11, 22), time(13))


def test_a_message_waits_for_the_morning() -> None:
    branch = Branch()
    evening = branch.at(date(2026, 11, 22), time(21))
    night = branch.at(date(2026, 11, 23), time(2))
    morning = branch.at(date(2026, 11, 23), time(8))
    assert branch.after_quiet(evening) == branch.after_quiet(night) == morning
    assert branch.after_quiet(morning) == morning


@pytest.mark.parametrize("code", ["a1", "A", "TOOLONG", "JK T", ""])
def test_a_code_is_short_and_plain(db: None, code: str) -> None:
    with pytest.raises(Exception, match="branches_branch_code"):
        BranchFactory(code=code if len(code) <= 6 else code[:5] + "!")


@pytest.mark.parametrize(("typed", "code"), [("jkt", "JKT"), ("BDG2", "BDG2")])
def test_a_code_is_typed_in_small_letters_too(db: None, typed: str, code: str) -> None:
    form = BranchForm({"code": typed})
    form.is_valid()
    assert form.cleaned_data["code"] == code


@pytest.mark.parametrize("typed", ["A", "JK T", "ÄÖ", "JKT\n9"])
def test_a_code_that_cannot_be_is_refused_beside_its_field(db: None, typed: str) -> None:
    form = BranchForm({"code": typed})
    assert form.errors["code"] == ["Tulis 2 sampai 6 huruf atau angka, misalnya JKT."]
    assert "__all__" not in form.errors


def test_the_present_of_the_tests_is_morning_in_jakarta(menteng: Branch) -> None:
    assert menteng.local(NOW).time() == time(10)
