"""Who a row is, and that no reading, twice, broken off or at once, adds anybody twice."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from customers.importing.reading import SourceList, read_list
from customers.importing.taking import Outcome, take_list
from customers.models import ConsentEvent, ConsentSource, Customer
from frontdesk.branches.models import Branch
from tests.customers.lists import csv_text, nasty_rows, xlsx
from tests.factories import NOW, CustomerFactory
from tests.twilio_server import until

LATER_STILL = timedelta(hours=1)
LATER = NOW + LATER_STILL


def table(*rows: list[Any]) -> SourceList:
    return read_list(xlsx([["Nama", "No HP", "Tgl lahir", "No member", "Alamat"], *rows]))


def take(source: SourceList, branch: Branch, *, at: Any = NOW, **options: Any) -> Outcome:
    arguments = {"branches": [branch], "by": None, "is_dry_run": False} | options
    return take_list(source, branch=branch, at=at, **arguments)


def counts(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.new, outcome.known, len(outcome.refused)


def reasons(outcome: Outcome) -> list[tuple[int, list[tuple[str, str]]]]:
    return [(row.number, [(p.column, p.reason) for p in row.problems]) for row in outcome.refused]


def test_a_whole_row(menteng: Branch) -> None:
    source = read_list(
        csv_text(
            [
                ["Catatan", "HP", "NAMA LENGKAP", "Tgl lahir", "Sapaan", "Panggilan", "Alamat",
                 "Alergi", "WA", "Keterangan", "Poin"],
                ["sore", "0812-3456-7890 / 0813 1111 2222", "Isa", "22/11/90", "Bu", "Isa", "Jl. A",
                 "penisilin", "0814 1111 2222", "VIP", "5"],
            ]
        ).encode()
    )  # fmt: skip
    assert counts(take(source, menteng)) == (1, 0, 0)
    isa = Customer.objects.get()
    assert (isa.name, isa.phone, isa.birth_date) == ("Isa", "+6281234567890", date(1990, 11, 22))
    assert (isa.honorific, isa.call_name, isa.address) == ("ibu", "Isa", "Jl. A")
    assert isa.allergies == "penisilin"
    assert isa.notes == "sore\nVIP\nHP lain: 0813 1111 2222, +6281411112222"
    assert (isa.home_branch, isa.created_at, isa.version) == (menteng, NOW, 1)
    assert isa.member_number.startswith("M")
    assert not ConsentEvent.objects.exists()


def test_the_words_of_her_name_are_found(menteng: Branch) -> None:
    take(table(["Siti Nur'aini", "", "", "", ""]), menteng)
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM customers_nameword ORDER BY word")
        assert cursor.fetchall() == [("nuraini",), ("siti",)]


def test_everything_wrong_with_a_row_is_told_and_nothing_of_it_is_taken(menteng: Branch) -> None:
    outcome = take(table(["", "8,13E+11", "31/02/1990", "", ""], ["Budi", "", "", "", ""]), menteng)
    assert counts(outcome) == (1, 0, 1)
    (row,) = outcome.refused
    assert row.number == 2
    assert [problem.column for problem in row.problems] == ["No HP", "Nama", "Tgl lahir"]
    assert [customer.name for customer in Customer.objects.all()] == ["Budi"]


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        (["Ani", "0812 3456 7890", "", "", ""], ["ANI", "+62 812-3456-7890", "", "", ""], True),
        (["Ani", "081234567890", "", "", ""], ["Rina", "081234567890", "", "", ""], False),
        (
            ["Ani", "081234567890", "1/2/90", "", ""],
            ["Ani", "081234567890", "3/4/60", "", ""],
            False,
        ),
        (["Ani", "081234567890", "1/2/90", "", ""], ["Ani", "081234567890", "", "", ""], True),
        (
            ["Ani", "081234567890", "1/2/90", "", ""],
            ["Ani", "081399998888", "1/2/90", "", ""],
            True,
        ),
        (["Ani", "", "1/2/90", "", ""], ["Ani", "", "1/2/90", "", "Jl. B"], True),
        (["Ani", "", "1/2/90", "", ""], ["Ani", "", "3/4/60", "", ""], False),
        (["Ani", "", "", "", "Jl. A"], ["Ani", "", "", "", "Jl. B"], True),
        (["Ani", "081234567890", "", "", ""], ["Ani", "", "", "", ""], False),
        (["Ani", "081234567890", "", "A-1", ""], ["Ani", "081399998888", "", "a-1", ""], True),
        (["Ani", "081234567890", "", "A-1", ""], ["Ani", "081234567890", "", "A-2", ""], False),
        (["Ani", "081234567890", "", "A-1", ""], ["Ani", "081234567890", "", "", ""], True),
        (["José", "081234567890", "", "", ""], ["jose", "081234567890", "", "", ""], True),
    ],
)
def test_who_is_the_same(
    menteng: Branch, first: list[str], second: list[str], *, is_same: bool
) -> None:
    """In one list, in two lists, and in both at once the answer is the same."""
    expected = (1, 1, 0) if is_same else (2, 0, 0)
    both = table(first, second)
    assert counts(take(both, menteng, is_dry_run=True)) == expected
    take(table(first), menteng)
    assert counts(take(table(second), menteng, at=LATER)) == ((0, 1, 0) if is_same else (1, 0, 0))
    assert counts(take(both, menteng, at=LATER + LATER_STILL)) == (0, 2, 0)
    assert Customer.objects.count() == (1 if is_same else 2)


def test_a_member_number_of_somebody_else_is_refused(menteng: Branch) -> None:
    CustomerFactory(name="Rina Contoh", member_number="A-9", home_branch=menteng)
    source = table(
        ["Ani", "", "", "A-1", ""], ["Budi", "", "", "A-1", ""], ["Citra", "", "", "A-9", ""]
    )
    outcome = take(source, menteng)
    assert counts(outcome) == (1, 0, 2)
    assert "baris 2" in outcome.refused[0].problems[0].reason
    assert "pelanggan lain" in outcome.refused[1].problems[0].reason
    assert counts(take(source, menteng, at=LATER)) == (0, 1, 2)


def test_known_customers_are_never_written_over(menteng: Branch) -> None:
    known = CustomerFactory(name="Ani Contoh", phone="+6281234567890", home_branch=menteng)
    outcome = take(table(["Ani Contoh", "081234567890", "22/11/1990", "A-1", "Jl. Baru"]), menteng)
    assert counts(outcome) == (0, 1, 0)
    known.refresh_from_db()
    assert (known.birth_date, known.address, known.version) == (None, "", 1)


def test_whoever_was_renamed_at_the_desk_is_still_known(menteng: Branch) -> None:
    source = table(["Anni", "081234567890", "", "", ""], ["Budii", "", "", "B-1", ""])
    take(source, menteng)
    Customer.objects.filter(name="Anni").update(name="Ani", phone="+6281300000001")
    Customer.objects.filter(name="Budii").update(name="Budi")
    assert counts(take(source, menteng, at=LATER)) == (0, 2, 0)


def test_numbers_of_the_list_and_of_the_series_keep_out_of_each_others_way(menteng: Branch) -> None:
    CustomerFactory(name="Dewi", home_branch=menteng)
    last = int(Customer.objects.get().member_number[1:])
    theirs = [f"M{last + n:06}" for n in (1, 2, 4)]
    source = table(
        ["Tanpa", "", "", "", ""],
        *[[f"Orang {chr(97 + i)}", "", "", number, ""] for i, number in enumerate(theirs)],
        ["Juga tanpa", "", "", "", ""],
    )
    assert counts(take(source, menteng, is_dry_run=True)) == (5, 0, 0)
    assert counts(take(source, menteng)) == (5, 0, 0)
    assert set(theirs) < set(Customer.objects.values_list("member_number", flat=True))
    later = CustomerFactory(name="Kemudian", home_branch=menteng)
    later.refresh_from_db()
    assert later.member_number not in theirs


def test_branches(menteng: Branch, jayapura: Branch) -> None:
    source = read_list(
        csv_text(
            [["Nama", "Cabang"], ["Ani", "jyp"], ["Budi", "Menteng"], ["Citra", ""], ["D", "Bali"]]
        ).encode()
    )
    outcome = take(source, menteng, branches=[menteng, jayapura])
    assert counts(outcome) == (3, 0, 1)
    assert "Menteng (JKT), Jayapura (JYP)" in outcome.refused[0].problems[0].reason
    assert dict(Customer.objects.values_list("name", "home_branch__code")) == {
        "Ani": "JYP", "Budi": "JKT", "Citra": "JKT",
    }  # fmt: skip
    assert counts(take(source, menteng, at=LATER)) == (0, 2, 2)


def test_consent_only_where_the_list_says_so(menteng: Branch) -> None:
    source = read_list(
        csv_text(
            [
                ["Nama", "Setuju dihubungi", "Persetujuan promo"],
                ["Ani", "ya", "tidak"],
                ["Budi", "", "-"],
                ["Citra", "mungkin", ""],
            ]
        ).encode()
    )
    assert counts(take(source, menteng)) == (2, 0, 1)
    take(source, menteng, at=LATER)
    events = ConsentEvent.objects.order_by("pk").values_list(
        "customer__name", "purpose", "is_granted", "source", "text_shown", "at"
    )
    assert list(events) == [
        ("Ani", "service", True, ConsentSource.IMPORT, "Setuju dihubungi: ya", NOW),
        ("Ani", "promo", False, ConsentSource.IMPORT, "Persetujuan promo: tidak", NOW),
    ]


@pytest.mark.parametrize("name", ["x" * 121, "😀", "㋀" * 100, "a" * 121])
def test_names_that_nothing_could_find(menteng: Branch, name: str) -> None:
    outcome = take(table([name, "", "", "", ""]), menteng)
    assert outcome.new + len(outcome.refused) == 1
    assert Customer.objects.count() == outcome.new


def test_a_dry_run_is_the_run(menteng: Branch) -> None:
    rows = nasty_rows(1500, seed=3)
    CustomerFactory(name=rows[3][1], phone="", birth_date=None, home_branch=menteng)
    source = read_list(xlsx(rows))
    dry = take(source, menteng, is_dry_run=True)
    assert Customer.objects.count() == 1
    run = take(source, menteng)
    assert (counts(dry), dry.repeated, reasons(dry)) == (counts(run), run.repeated, reasons(run))
    assert Customer.objects.count() == 1 + run.new
    assert min(counts(run)) > 0


def test_read_twice_nobody_twice(menteng: Branch) -> None:
    source = read_list(xlsx(nasty_rows(1200, seed=4)))
    first = take(source, menteng)
    second = take(source, menteng, at=LATER)
    assert counts(second) == (0, first.new + first.known, len(first.refused))
    assert Customer.objects.count() == first.new


class Killed(BaseException):
    """What a worker that dies leaves behind: nothing of its last batch."""


def test_killed_in_the_middle_and_read_again(menteng: Branch) -> None:
    source = read_list(xlsx(nasty_rows(2500, seed=5)))
    expected = take(source, menteng, is_dry_run=True)

    def die(outcome: Outcome) -> None:
        if outcome.done > 1000:
            raise Killed

    with pytest.raises(Killed):
        take(source, menteng, on_batch=die)
    assert 0 < Customer.objects.count() < expected.new
    again = take(source, menteng)
    assert (counts(again), reasons(again)) == (counts(expected), reasons(expected))
    assert Customer.objects.count() == expected.new
    third = take(source, menteng, at=LATER)
    assert counts(third)[0] == 0


@pytest.mark.django_db(transaction=True)
def test_two_readings_at_once_add_nobody_twice(menteng: Branch) -> None:
    source = read_list(xlsx(nasty_rows(2500, seed=6)))
    expected = take(source, menteng, is_dry_run=True)
    outcomes: list[Outcome] = []
    start = threading.Barrier(3)

    def read(number: int) -> None:
        try:
            start.wait()
            outcomes.append(take(source, menteng, at=NOW + timedelta(seconds=number)))
        finally:
            connection.close()

    threads = [threading.Thread(target=read, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 3
    assert Customer.objects.count() == expected.new == sum(outcome.new for outcome in outcomes)
    assert {len(outcome.refused) for outcome in outcomes} == {len(expected.refused)}


def is_waited_for() -> bool:
    """Say whether another connection waits for what this one's transaction holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_locks WHERE NOT granted"
            " AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return cursor.rowcount > 0


@pytest.mark.django_db(transaction=True)
def test_a_number_the_desk_gave_out_meanwhile_is_refused(menteng: Branch) -> None:
    """The desk commits between the look and the writing: the row is refused, not lost."""
    holds = threading.Event()

    def register() -> None:
        try:
            with transaction.atomic():
                CustomerFactory(name="Baru", member_number="A-1", home_branch=menteng)
                holds.set()
                until(is_waited_for)
        finally:
            connection.close()

    desk = threading.Thread(target=register)
    desk.start()
    assert holds.wait(60)
    source = table(["Ani", "", "", "A-1", ""], ["Budi", "", "", "A-2", ""])
    outcome = take(source, menteng)
    desk.join()
    assert counts(outcome) == (1, 0, 1)
    assert "meja depan" in outcome.refused[0].problems[0].reason
    assert sorted(Customer.objects.values_list("name", flat=True)) == ["Baru", "Budi"]


def test_queries_do_not_grow_with_rows(menteng: Branch, django_assert_max_num_queries: Any) -> None:
    source = read_list(xlsx(nasty_rows(900, seed=8)))
    with django_assert_max_num_queries(12):
        take(source, menteng)
