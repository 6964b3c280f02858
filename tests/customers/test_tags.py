"""Tags: one list for the chain; on and off a customer with a history; no row asks for its own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from customers.actions import (
    CannotChangeCustomer,
    CannotKeepTag,
    change_tag,
    create_tag,
    put_tag,
    take_tag_off,
)
from customers.models import Customer, CustomerEvent, CustomerTag, Tag
from frontdesk.branches.models import Branch
from frontdesk.home.search import find
from frontdesk.home.timeline import timeline_of
from frontdesk.staff.models import StaffEvent, StaffEventKind
from frontdesk.staff.permissions import GRANTS, Permission, Role
from tests.conftest import Cast, SignIn
from tests.factories import NOW, CustomerFactory
from tests.treatments.conftest import queries_of

__all__ = ["queries_of"]
pytestmark = pytest.mark.django_db
LIST = reverse("customers:tag_list")


def tag(name: str, **more: object) -> Tag:
    return Tag.objects.create(name=name, created_at=NOW, **more)


@pytest.fixture
def sari(menteng: Branch) -> Customer:
    return CustomerFactory(name="Sari Lestari", honorific="ibu", home_branch=menteng)


def address(customer: Customer) -> str:
    return reverse("customers:customer_tags", args=[customer.pk])


def names(customer: Customer) -> list[str]:
    shown = Customer.objects.with_tags().get(pk=customer.pk).tag_list
    return [one["name"] for one in shown]


# The list ---------------------------------------------------------------------------------------


def test_a_name_stands_once_whatever_its_capitals(db: None) -> None:
    tag("VIP")
    for name in ("vip", "Vip"):
        with pytest.raises(IntegrityError), transaction.atomic():
            tag(name)


@pytest.mark.parametrize("name", ["", " VIP", "VIP ", "VIP, Lama", "VIP;", "\t"])
def test_what_is_no_name_the_database_refuses(db: None, name: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        tag(name)


def test_a_used_one_cannot_be_deleted(sari: Customer, cast: Cast) -> None:
    vip = tag("VIP")
    put_tag(sari, vip, by=cast.anna, at=NOW)
    with pytest.raises(ProtectedError):
        vip.delete()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_tag; SET CONSTRAINTS ALL IMMEDIATE")


def test_it_is_created_changed_and_retired_with_a_note(cast: Cast, menteng: Branch) -> None:
    deed = {"by": cast.citra, "branch": menteng, "at": NOW}
    vip = create_tag(name="  Pelanggan   setia ", colour="plum", **deed)
    assert vip.name == "Pelanggan setia"
    change_tag(vip, name="VIP", colour="plum", is_active=True, **deed)
    change_tag(vip, name="VIP", colour="blue", is_active=False, **deed)
    change_tag(vip, name="VIP", colour="blue", is_active=False, **deed)
    events = StaffEvent.objects.filter(kind=StaffEventKind.TAG_CHANGED).order_by("pk")
    assert [event.detail for event in events] == [
        "Pelanggan setia: baru",
        "Pelanggan setia → VIP",
        "VIP, biru, tidak dipakai lagi",
    ]
    assert {event.staff for event in events} == {cast.citra}
    with pytest.raises(CannotKeepTag, match="sudah ada"):
        create_tag(name="vip", colour="grey", **deed)


def test_only_who_keeps_the_list_changes_it(cast: Cast, menteng: Branch, sign_in: SignIn) -> None:
    assert {role for role in Role if Permission.KEEP_TAGS in GRANTS[role]} == {Role.CHAIN_ADMIN}
    with pytest.raises(CannotKeepTag, match="administrator jaringan"):
        create_tag(name="VIP", colour="grey", by=cast.maya, branch=menteng, at=NOW)
    vip = tag("VIP")
    edit = reverse("customers:tag_edit", args=[vip.pk])
    for person in (cast.anna, cast.maya, cast.tari):
        client = sign_in(person)
        assert [client.get(LIST).status_code, client.post(edit).status_code] == [403, 403]


def test_the_list_page(cast: Cast, sari: Customer, sign_in: SignIn) -> None:
    client = sign_in(cast.citra)
    assert client.post(LIST, {"name": "VIP", "colour": "plum"}).status_code == 302
    vip = Tag.objects.get()
    put_tag(sari, vip, by=cast.anna, at=NOW)
    page = client.get(LIST).content.decode()
    assert "1 pelanggan" in page
    assert "Jangan tulis data kesehatan" in page
    again = client.post(LIST, {"name": "vip", "colour": "grey"})
    assert again.status_code == 422
    assert "Label “VIP” sudah ada." in again.content.decode()

    edit = reverse("customers:tag_edit", args=[vip.pk])
    assert "data kesehatan" in client.get(edit).content.decode()
    assert client.post(edit, {"name": "VIP", "colour": "blue"}).status_code == 302
    vip.refresh_from_db()
    assert (vip.colour, vip.is_active) == ("blue", False)
    again = client.post(LIST, {"name": "Vip", "colour": "grey"})
    assert "Pakai lagi yang itu." in again.content.decode()


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"name": "", "colour": "grey"}, "Tulis nama label."),
        ({"name": "x" * 31, "colour": "grey"}, "paling panjang 30 huruf"),
        ({"name": "VIP, lama", "colour": "grey"}, "tanpa koma"),
        ({"name": "VIP", "colour": "red"}, "red"),
    ],
)
def test_bad_input_is_refused_beside_its_field(
    cast: Cast, sign_in: SignIn, sent: dict[str, str], sentence: str
) -> None:
    answer = sign_in(cast.citra).post(LIST, sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Tag.objects.exists()


def test_the_list_asks_as_much_for_many(
    cast: Cast, sari: Customer, sign_in: SignIn, django_assert_max_num_queries
) -> None:
    client = sign_in(cast.citra)
    for number in range(20):
        put_tag(sari, tag(f"Label {number}"), by=cast.anna, at=NOW)
    with django_assert_max_num_queries(6):
        client.get(LIST)


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_put_it_on_once(sari: Customer, cast: Cast) -> None:
    vip = tag("VIP")
    barrier = Barrier(4)

    def put(_number: int) -> bool:
        try:
            barrier.wait(timeout=30)
            return put_tag(sari, vip, by=cast.anna, at=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as clerks:
        assert sorted(clerks.map(put, range(4))) == [False, False, False, True]
    assert CustomerEvent.objects.filter(field="tags").count() == 1


# On a customer ----------------------------------------------------------------------------------


def test_put_on_once_and_taken_off_with_who_and_when(sari: Customer, cast: Cast) -> None:
    vip = tag("VIP")
    later = NOW + timedelta(days=1)
    assert put_tag(sari, vip, by=cast.anna, at=NOW)
    assert not put_tag(sari, vip, by=cast.bela, at=NOW)
    assert names(sari) == ["VIP"]
    assert take_tag_off(sari, vip, by=cast.bela, at=later)
    assert not take_tag_off(sari, vip, by=cast.bela, at=later)
    assert names(sari) == []
    events = CustomerEvent.objects.filter(customer=sari).order_by("pk")
    assert [(e.field, e.old, e.new, e.by, e.at) for e in events] == [
        ("tags", "", "VIP", cast.anna, NOW),
        ("tags", "VIP", "", cast.bela, later),
    ]


def test_the_history_keeps_the_name_of_then(sari: Customer, cast: Cast, menteng: Branch) -> None:
    vip = tag("VIP")
    put_tag(sari, vip, by=cast.anna, at=NOW)
    deed = {"by": cast.citra, "branch": menteng, "at": NOW}
    change_tag(vip, name="Setia", colour="grey", is_active=True, **deed)
    vip.refresh_from_db()
    take_tag_off(sari, vip, by=cast.anna, at=NOW + timedelta(hours=1))
    may = GRANTS[Role.FRONT_OFFICER]
    lines = [line for e in timeline_of(sari, branch=menteng, may=may).entries for line in e.lines]
    assert lines == ["Label Setia dilepas", "Label VIP dipasang"]


def test_a_retired_one_stays_and_goes_but_is_not_put_on(
    sari: Customer, cast: Cast, sign_in: SignIn
) -> None:
    vip = tag("VIP")
    put_tag(sari, vip, by=cast.anna, at=NOW)
    Tag.objects.update(is_active=False)
    vip.refresh_from_db()
    other = CustomerFactory(home_branch=sari.home_branch)
    with pytest.raises(CannotChangeCustomer, match="tidak dipakai lagi"):
        put_tag(other, vip, by=cast.anna, at=NOW)
    client = sign_in(cast.anna)
    assert "VIP" not in client.get(address(other)).content.decode()
    refused = client.post(address(other), {"on": vip.pk}, headers={"HX-Request": "true"})
    assert refused.status_code == 409
    assert "failed" in refused["HX-Trigger"]
    assert "VIP" in client.get(reverse("home:customer", args=[sari.pk])).content.decode()
    client.post(address(sari), {"off": vip.pk})
    assert names(sari) == []


def test_the_desk_puts_on_and_takes_off(sari: Customer, cast: Cast, sign_in: SignIn) -> None:
    vip, loyal = tag("VIP", colour="plum"), tag("Lama")
    client = sign_in(cast.boris)
    offered = client.get(address(sari)).content.decode()
    assert offered.index("Lama") < offered.index("VIP")
    assert "Bukan untuk data kesehatan" in offered
    answer = client.post(address(sari), {"on": vip.pk}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "tag-plum" in answer.content.decode()
    assert "close-dialog" in answer["HX-Trigger"]
    assert "VIP" not in client.get(address(sari)).content.decode()
    assert client.post(address(sari), {"on": loyal.pk}).status_code == 302
    assert names(sari) == ["Lama", "VIP"]


@pytest.mark.parametrize("sent", [{}, {"on": "x"}, {"on": "0"}, {"off": "999999"}, {"on": "²"}])
def test_nonsense_is_nothing(
    sari: Customer, cast: Cast, sign_in: SignIn, sent: dict[str, str]
) -> None:
    assert sign_in(cast.anna).post(address(sari), sent).status_code == 404


def test_who_only_reads_cards_changes_no_tag(sari: Customer, cast: Cast, sign_in: SignIn) -> None:
    vip = tag("VIP")
    put_tag(sari, vip, by=cast.anna, at=NOW)
    doctor = sign_in(cast.dewi)
    page = doctor.get(reverse("home:customer", args=[sari.pk])).content.decode()
    assert "VIP" in page
    assert "tag-off" not in page
    assert "tag-add" not in page
    assert doctor.post(address(sari), {"off": vip.pk}).status_code == 403


def test_hits_bring_their_tags_in_the_same_statements(
    sari: Customer, cast: Cast, menteng: Branch, sign_in: SignIn, queries_of
) -> None:
    client = sign_in(cast.anna)
    search = reverse("home:search")
    bare = queries_of(lambda: client.post(search, {"q": "sari"}))
    vip, old = tag("VIP"), tag("Lama", is_active=False)
    for number in range(5):
        other = CustomerFactory(name=f"Sari Nomor {number}", home_branch=menteng)
        put_tag(other, vip, by=cast.anna, at=NOW)
    CustomerTag.objects.create(customer=sari, tag=old)
    assert queries_of(lambda: client.post(search, {"q": "sari"})) == bare
    page = client.post(search, {"q": "sari"}).content.decode()
    assert page.count('<span class="tag ') == 5
    assert "Lama" not in page
    may = GRANTS[Role.FRONT_OFFICER]
    hits = find("sari lestari", branch=menteng, by=cast.anna, may=may, at=NOW)
    assert [one["name"] for one in hits.customers[0].customer.tag_list] == ["Lama"]


def test_the_page_of_a_customer_asks_no_more_for_them(
    sari: Customer, cast: Cast, sign_in: SignIn, queries_of
) -> None:
    client: Client = sign_in(cast.anna)
    page = reverse("home:customer", args=[sari.pk])
    bare = queries_of(lambda: client.get(page))
    for number in range(6):
        CustomerTag.objects.create(customer=sari, tag=tag(f"Label {number}"))
    assert queries_of(lambda: client.get(page)) == bare
