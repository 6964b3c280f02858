"""The live queue: what it shows, in how many queries, and what an unchanged look costs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from frontdesk.branches.models import Branch
from frontdesk.home.counter import Group, desk_etag, desk_queue
from frontdesk.visits import actions
from frontdesk.visits.models import Purpose, Visit
from tests.conftest import Cast, SignIn
from tests.factories import NOW, CustomerFactory, TreatmentFactory, qualify
from tests.home.morning import busy_morning
from treatments import actions as slips

HTMX = {"HTTP_HX_REQUEST": "true"}
URL = reverse("home:queue")


@pytest.fixture
def anna(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.anna)


@pytest.fixture
def arrive(cast: Cast, menteng: Branch) -> Callable[..., Visit]:
    def check_in(*, at: datetime = NOW, **fields) -> Visit:
        return actions.check_in(
            branch=menteng, by=cast.anna, at=at, **{"purpose": Purpose.TREATMENT, **fields}
        )

    return check_in


def codes(branch: Branch, *, at: datetime = NOW) -> dict[str, list[str]]:
    queue = desk_queue(branch=branch, at=at)
    return {group.key: [r.row.code for r in group.rows] for group in queue.groups}


def test_who_must_be_seen_to_first_comes_first(cast: Cast, menteng: Branch) -> None:
    busy_morning(menteng, cast, at=NOW)

    assert codes(menteng) == {
        Group.CALLED: ["C002"],
        Group.TREATED: ["A001"],
        Group.WAITING: [
            *["A006", "B003", "C003", "A007", "A008", "B004", "C004", "A009", "A010"],
            *["B005", "C005"],
        ],
        Group.SERVING: ["A002", "A003", "B002"],
        Group.HELD: ["A004"],
    }
    queue = desk_queue(branch=menteng, at=NOW)
    assert [group.key for group in queue.groups] == list(Group)[:-1]
    assert (queue.waiting, queue.serving, queue.held, queue.ended) == (11, 4, 1, 3)


def test_a_slip_says_where_she_is(cast: Cast, menteng: Branch) -> None:
    busy_morning(menteng, cast, at=NOW)
    rows = {r.row.code: r for g in desk_queue(branch=menteng, at=NOW).groups for r in g.rows}

    assert (rows["A002"].badge, rows["A002"].note) == ("in_progress", "Rara")
    assert (rows["A003"].badge, rows["A003"].note) == ("serving", "Tari · diterbitkan")
    assert (rows["A001"].badge_label, rows["B002"].note) == ("Selesai dirawat", "Konsultasi · Anna")


def test_a_slip_that_needs_the_doctor_says_so(
    cast: Cast, menteng: Branch, arrive: Callable
) -> None:
    peel = TreatmentFactory(needs_doctor=True)
    qualify(cast.tari, peel)
    visit = arrive(customer=CustomerFactory(home_branch=menteng))
    actions.start_visit(visit, by=cast.anna, at=NOW)
    slip = slips.create_slip(visit, treatments=[peel], beautician=cast.tari, by=cast.anna, at=NOW)
    slips.issue_slip(slip, by=cast.anna, at=NOW)

    [group] = desk_queue(branch=menteng, at=NOW).groups
    assert group.rows[0].note == "Tari · menunggu dokter"


def test_a_drink_is_offered_after_the_branchs_own_time(menteng: Branch, arrive: Callable) -> None:
    menteng.drink_after = 20
    menteng.save()
    arrive()

    def offers(minutes: int) -> bool:
        queue = desk_queue(branch=menteng, at=NOW + timedelta(minutes=minutes))
        return queue.groups[0].rows[0].offers_drink

    assert [offers(m) for m in (19, 20, 45)] == [False, True, True]


def test_who_was_never_closed_is_still_there_the_next_day(
    cast: Cast, menteng: Branch, arrive: Callable
) -> None:
    arrive(at=NOW - timedelta(days=1))
    arrive(at=NOW - timedelta(days=20))
    today = arrive()

    assert codes(menteng) == {Group.WAITING: [today.queue_code], Group.UNCLOSED: ["A001"]}


def test_after_midnight_the_queue_goes_on(menteng: Branch, arrive: Callable) -> None:
    evening = arrive()
    night = NOW + timedelta(hours=15, minutes=30)
    late = arrive(at=night)

    assert codes(menteng, at=night) == {Group.WAITING: [evening.queue_code, late.queue_code]}
    assert [evening.queue_code, late.queue_code] == ["A001", "A002"]


def test_in_jayapura_the_new_day_has_begun(cast: Cast, jayapura: Branch) -> None:
    night = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)  # 03.30 in Jayapura
    morning = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)  # 04.30
    for at in (night, morning):
        actions.check_in(branch=jayapura, purpose=Purpose.TREATMENT, by=cast.boris, at=at)

    assert codes(jayapura, at=night) == {Group.WAITING: ["A001"]}
    assert codes(jayapura, at=morning) == {Group.WAITING: ["A001"], Group.UNCLOSED: ["A001"]}


def test_another_branchs_guests_are_not_in_it(anna: Client, cast: Cast, jayapura: Branch) -> None:
    actions.check_in(
        branch=jayapura,
        purpose=Purpose.PRODUCT,
        guest_name="Tamu Jayapura",
        by=cast.boris,
        at=timezone.now(),
    )
    assert "Tamu Jayapura" not in anna.get(URL, **HTMX).content.decode()


@pytest.mark.parametrize("who", ["tari", "dewi", "gita"])
def test_not_every_role(who: str, cast: Cast, sign_in: SignIn) -> None:
    assert sign_in(getattr(cast, who)).get(URL, **HTMX).status_code == 403


@pytest.mark.parametrize("guests", [5, 50])
def test_queries_do_not_grow_with_the_queue(
    guests: int,
    anna: Client,
    cast: Cast,
    menteng: Branch,
    arrive: Callable,
    django_assert_num_queries: Callable,
) -> None:
    facial = TreatmentFactory()
    qualify(cast.tari, facial)
    now = timezone.now()
    for number in range(guests):
        visit = arrive(at=now, customer=CustomerFactory(home_branch=menteng))
        if number % 2:
            actions.start_visit(visit, by=cast.anna, at=now)
            slips.create_slip(
                visit, treatments=[facial], beautician=cast.tari, by=cast.anna, at=now
            )
    # Session, person, her branches; two marks; open guests, their slips, how many have gone.
    with django_assert_num_queries(5):
        anna.get(URL, **HTMX)
    with django_assert_num_queries(5):
        anna.get("/")


def test_an_unchanged_look_costs_two_queries(
    anna: Client, arrive: Callable, django_assert_num_queries: Callable
) -> None:
    arrive(at=timezone.now())
    etag = anna.get(URL, **HTMX)["ETag"]
    with django_assert_num_queries(2):
        answer = anna.get(URL, HTTP_IF_NONE_MATCH=etag, **HTMX)

    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)


def test_every_change_is_noticed(cast: Cast, menteng: Branch, arrive: Callable) -> None:
    seen = [desk_etag(branch=menteng, at=NOW)]

    def look() -> None:
        seen.append(desk_etag(branch=menteng, at=NOW))

    facial = TreatmentFactory()
    qualify(cast.tari, facial)
    customer = CustomerFactory(home_branch=menteng)
    visit = arrive()
    look()
    actions.note_visit(visit, note="Minta AC pelan", by=cast.anna, at=NOW)
    look()
    actions.identify_guest(visit, customer=customer, by=cast.anna, at=NOW)
    look()
    actions.start_visit(visit, by=cast.anna, at=NOW)
    look()
    slip = slips.create_slip(visit, treatments=[facial], beautician=cast.tari, by=cast.anna, at=NOW)
    look()
    slips.issue_slip(slip, by=cast.anna, at=NOW)
    look()
    slips.accept_slip(slip, by=cast.tari, at=NOW)
    look()
    slips.cancel_slip(slip, reason="Tidak jadi", by=cast.anna, at=NOW)
    look()
    actions.undo_last_step(visit, by=cast.anna, at=NOW)
    look()
    seen.append(desk_etag(branch=menteng, at=NOW + timedelta(minutes=1)))

    assert len(set(seen)) == len(seen)
    assert desk_etag(branch=menteng, at=NOW) == desk_etag(branch=menteng, at=NOW)


def test_each_branch_and_language_has_its_own_mark(
    cast: Cast, menteng: Branch, jayapura: Branch, sign_in: SignIn
) -> None:
    def etag(who: str) -> str:
        return sign_in(getattr(cast, who)).get(URL, **HTMX)["ETag"]

    cast.bela.language = "en"
    cast.bela.save()
    assert len({etag("anna"), etag("bela"), etag("boris")}) == 3


@pytest.mark.django_db(transaction=True)
def test_commits_out_of_order_are_noticed(cast: Cast, menteng: Branch) -> None:
    """The row with the lower key is committed last: the mark still moves."""
    written, may_commit = Event(), Event()

    def slow() -> None:
        with transaction.atomic():
            actions.check_in(branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=NOW)
            written.set()
            may_commit.wait(timeout=60)
        connection.close()

    thread = Thread(target=slow)
    thread.start()
    written.wait(timeout=60)
    actions.check_in(branch=menteng, purpose=Purpose.PRODUCT, by=cast.anna, at=NOW)
    between = desk_etag(branch=menteng, at=NOW)
    may_commit.set()
    thread.join(timeout=60)

    assert desk_etag(branch=menteng, at=NOW) != between
    assert codes(menteng) == {Group.WAITING: ["A001", "C001"]}


def test_the_ended_are_listed_the_last_one_first(
    anna: Client, cast: Cast, arrive: Callable, django_assert_num_queries: Callable
) -> None:
    now = timezone.now()
    for number in range(5):
        visit = arrive(at=now, guest_name=f"Tamu {number}")
        actions.note_left(visit, by=cast.anna, at=now + timedelta(seconds=number))

    with django_assert_num_queries(2):
        page = anna.get(reverse("home:queue_ended"), **HTMX).content.decode()

    assert [page.index(f"Tamu {n}") for n in (4, 3, 2, 1, 0)] == sorted(
        page.index(f"Tamu {n}") for n in range(5)
    )
