"""When a promo's messages leave, and when the last one is out."""

from datetime import datetime, timedelta

import pgtrigger
import pytest

from frontdesk.branches.models import Branch
from frontdesk.promos.timetable import Timetable, read_departures, timetable
from notifications.models import Channel, Sender
from tests.factories import NOW

TEN = NOW  # 10.00 in Jakarta, 12.00 in Jayapura


def plan(people: int, *branches: Branch, start_at: datetime = TEN) -> Timetable:
    groups = {(branch.pk, str(Channel.WHATSAPP)): people for branch in branches}
    return timetable(groups, branches=branches, start_at=start_at)


@pytest.fixture(autouse=True)
def pace(sender: Sender) -> Sender:
    # Ten a second, of which a campaign has nine.
    sender.per_second, sender.reserve_percent = 10, 10
    sender.save()
    return sender


def test_the_pace_of_the_sender(menteng: Branch) -> None:
    found = plan(900, menteng)
    assert found.finish_at == TEN + timedelta(seconds=100)
    assert [(d.first, d.due_at) for d in found.departures] == [(0, TEN)]
    assert found.days == 1


def test_nothing_leaves_in_quiet_hours(menteng: Branch) -> None:
    # 10 hours until 20.00: 324,000; the rest from 8.00 on.
    found = plan(324_000 + 900, menteng)
    morning = TEN + timedelta(hours=22)
    assert [(d.first, d.due_at) for d in found.departures] == [(0, TEN), (324_000, morning)]
    assert found.finish_at == morning + timedelta(seconds=100)
    assert found.days == 1
    at_night = plan(9, menteng, start_at=TEN + timedelta(hours=12))
    assert at_night.departures[0].due_at == morning


def test_each_branch_by_its_own_clock(menteng: Branch, jayapura: Branch) -> None:
    # At 19.00 in Jakarta it is 21.00 in Jayapura.
    evening = TEN + timedelta(hours=9)
    found = plan(90, menteng, jayapura, start_at=evening)
    due = {departure.branch: departure.due_at for departure in found.departures}
    assert due[menteng.pk] == evening
    assert due[jayapura.pk] == TEN.replace(hour=23)


def test_branches_share_the_pace_of_one_sender(menteng: Branch, jayapura: Branch) -> None:
    assert plan(450, menteng, jayapura).finish_at == TEN + timedelta(seconds=100)


def test_people_a_day(menteng: Branch, pace: Sender) -> None:
    assert pace.portfolio
    pace.portfolio.people_a_day = 250
    pace.portfolio.save()
    found = plan(600, menteng)
    assert [d.first for d in found.departures] == [0, 250, 500]
    assert [d.due_at - TEN for d in found.departures] == [timedelta(days=n) for n in range(3)]
    assert found.finish_at
    assert found.finish_at - TEN < timedelta(days=2, minutes=1)


def test_longer_than_a_year_is_said(menteng: Branch, pace: Sender) -> None:
    assert pace.portfolio
    pace.portfolio.people_a_day = 1
    pace.portfolio.save()
    assert plan(1000, menteng).finish_at is None


def test_a_quiet_day_is_left_out(menteng: Branch) -> None:
    menteng.quiet_weekdays = [6]
    menteng.save()
    # NOW is a Sunday.
    assert plan(9, menteng).departures[0].due_at == TEN + timedelta(hours=22)


def test_without_a_sender(menteng: Branch) -> None:
    with pgtrigger.ignore("notifications.Sender:kept"):
        Sender.objects.all().delete()
    found = plan(9, menteng)
    assert found.without_sender == ((menteng.pk, Channel.WHATSAPP),)
    assert found.departures == ()


def test_it_is_written_and_read(menteng: Branch) -> None:
    found = plan(400_000, menteng)
    assert tuple(read_departures(found.as_json())) == found.departures
