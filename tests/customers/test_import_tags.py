"""Tags and addresses of a list: on its new customers, or a refusal that says what would do."""

from datetime import timedelta
from typing import Any

import pytest

from customers.importing.reading import SourceList, read_list
from customers.importing.tags import MOST_NEW
from customers.importing.taking import Outcome, take_list
from customers.models import Customer, CustomerEvent, Tag
from frontdesk.branches.models import Branch
from frontdesk.staff.models import StaffEvent, StaffEventKind
from tests.conftest import Cast
from tests.customers.lists import csv_text
from tests.factories import NOW

pytestmark = pytest.mark.django_db
EARLIER = NOW - timedelta(days=1)


def table(*rows: list[Any]) -> SourceList:
    return read_list(csv_text([["Nama", "No HP", "Label", "Email"], *rows]).encode())


def take(source: SourceList, branch: Branch, **options: Any) -> Outcome:
    arguments = {"branches": [branch], "by": None, "at": NOW, "is_dry_run": False} | options
    return take_list(source, branch=branch, **arguments)


def reasons(outcome: Outcome) -> list[tuple[int, str, str]]:
    return [(r.number, p.column, p.reason) for r in outcome.refused for p in r.problems]


def worn() -> dict[str, list[str]]:
    people = Customer.objects.with_tags().order_by("pk")
    return {one.name: [tag["name"] for tag in one.tag_list] for one in people}


def test_known_ones_are_put_on_with_their_history(menteng: Branch, cast: Cast) -> None:
    Tag.objects.create(name="VIP", created_at=EARLIER)
    Tag.objects.create(name="Lama", created_at=EARLIER)
    source = table(["Ani", "081230000001", "vip; LAMA", "Ani@Contoh.ID"], ["Budi", "", "", ""])
    outcome = take(source, menteng, by=cast.maya)
    assert (outcome.new, outcome.refused, outcome.new_tags) == (2, [], [])
    assert worn() == {"Ani": ["Lama", "VIP"], "Budi": []}
    assert Customer.objects.get(name="Ani").email == "ani@contoh.id"
    events = CustomerEvent.objects.order_by("pk")
    assert [(e.field, e.new, e.by, e.at) for e in events] == [
        ("tags", "VIP", cast.maya, NOW),
        ("tags", "Lama", cast.maya, NOW),
    ]


def test_who_does_not_keep_the_list_is_told_what_there_is(menteng: Branch, cast: Cast) -> None:
    Tag.objects.create(name="VIP", created_at=EARLIER)
    Tag.objects.create(name="Kuno", is_active=False, created_at=EARLIER)
    source = table(["Ani", "", "VPI", ""], ["Budi", "", "Kuno", ""], ["Citra", "", "VIP", "citra@"])
    outcome = take(source, menteng, by=cast.maya)
    assert (outcome.new, Tag.objects.count(), Customer.objects.count()) == (0, 2, 0)
    assert reasons(outcome) == [
        (
            2,
            "Label",
            "Label “VPI” tidak ada. Pilih: VIP; administrator jaringan dapat menambahkannya.",
        ),
        (3, "Label", "Label “Kuno” tidak dipakai lagi."),
        (
            4,
            "Email",
            "“citra@” bukan satu alamat e-mail. Tulis misalnya sari@contoh.id, atau kosongkan.",
        ),
    ]


def test_who_keeps_the_list_brings_new_ones(menteng: Branch, cast: Cast) -> None:
    source = table(
        ["Ani", "081230000001", "VIP, Baru", ""],
        ["Budi", "081230000002", "vip", ""],
        ["Citra", "8,13E+11", "Ditolak", ""],
    )
    tried = take(source, menteng, by=cast.citra, is_dry_run=True)
    assert (tried.new_tags, Tag.objects.count()) == (["Baru", "VIP"], 0)
    outcome = take(source, menteng, by=cast.citra)
    assert outcome.new_tags == ["Baru", "VIP"]
    assert worn() == {"Ani": ["Baru", "VIP"], "Budi": ["VIP"]}
    notes = StaffEvent.objects.filter(kind=StaffEventKind.TAG_CHANGED, staff=cast.citra)
    assert {note.detail for note in notes} == {"VIP: baru", "Baru: baru"}

    again = take(source, menteng, by=cast.citra, at=NOW + timedelta(hours=1))
    assert (again.new, again.known, again.new_tags) == (0, 2, [])
    assert CustomerEvent.objects.count() == 3


def test_broken_off_and_begun_again_it_tells_the_same(menteng: Branch) -> None:
    source = table(["Ani", "081230000001", "VIP", ""])
    assert take(source, menteng).new_tags == take(source, menteng).new_tags == ["VIP"]
    assert Tag.objects.count() == 1


def test_a_column_of_remarks_does_not_become_tags(menteng: Branch) -> None:
    rows = [[f"Orang {number}", "", f"Cerita {number}", ""] for number in range(MOST_NEW + 2)]
    outcome = take(table(*rows), menteng)
    assert (outcome.new, len(outcome.refused)) == (MOST_NEW, 2)
    assert f"sudah membawa {MOST_NEW} label baru" in reasons(outcome)[0][2]


def test_who_is_known_keeps_her_own(menteng: Branch) -> None:
    Tag.objects.create(name="VIP", created_at=EARLIER)
    take(table(["Ani", "081230000001", "", ""]), menteng)
    take(table(["Ani", "081230000001", "VIP", "ani@contoh.id"]), menteng, at=NOW + timedelta(1))
    assert worn() == {"Ani": []}
    assert Customer.objects.get().email == ""
