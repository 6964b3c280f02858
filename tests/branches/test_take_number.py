from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from frontdesk.branches.actions import take_number
from frontdesk.branches.models import Branch

DAY = date(2026, 11, 22)


def take(branch: Branch, series: str = "A", on: date = DAY) -> int:
    with transaction.atomic():
        return take_number(branch, series=series, on=on)


def test_each_series_of_each_branch_and_day_begins_at_one(
    menteng: Branch, jayapura: Branch
) -> None:
    assert [take(menteng), take(menteng), take(menteng, "B")] == [1, 2, 1]
    assert [take(jayapura), take(menteng, on=DAY + timedelta(days=1)), take(menteng)] == [1, 1, 3]


@pytest.mark.django_db(transaction=True)
def test_a_number_belongs_to_a_transaction(menteng: Branch) -> None:
    with pytest.raises(RuntimeError):
        take_number(menteng, series="A", on=DAY)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_no_gap_and_no_repeat_though_some_give_up(menteng: Branch) -> None:
    def one(n: int) -> int | None:
        try:
            with transaction.atomic():
                number = take_number(menteng, series="A", on=DAY)
                if n % 5 == 0:
                    raise ZeroDivisionError
                return number
        except ZeroDivisionError:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        taken = [number for number in pool.map(one, range(60)) if number is not None]
    assert sorted(taken) == list(range(1, 49))
