import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from frontdesk.branches.models import Branch
from frontdesk.staff.actions import CannotEnter, CannotSetPin, enter_pin, set_pin
from frontdesk.staff.models import PinAttempts, StaffEvent, StaffEventKind, Terminal
from frontdesk.staff.pins import why_easy_to_guess
from frontdesk.staff.terminal_cookie import TERMINAL_COOKIE
from tests.conftest import Cast
from tests.factories import NOW, PIN, TerminalFactory

URL = "/staff/sign-in/"
WRONG = "975310"


def test_a_terminal_shows_the_people_of_its_branch(counter: Client, cast: Cast) -> None:
    page = counter.get(URL).text
    assert "Anna Contoh" in page
    assert "Tari Contoh" in page
    assert "Boris" not in page, "he works elsewhere"
    assert "Citra" not in page, "who runs the chain uses her password"


def test_elsewhere_there_is_only_the_password(client: Client, cast: Cast) -> None:
    assert "data-pin" not in client.get(URL).text
    assert client.post(URL, {"person": cast.anna.pk, "pin": PIN}).status_code == 422


def test_a_branch_that_was_closed_down_has_no_terminals(
    counter: Client, cast: Cast, terminal: Terminal
) -> None:
    assert "data-pin" in counter.get(URL).text
    Branch.objects.filter(pk=terminal.branch_id).update(is_active=False)
    assert "data-pin" not in counter.get(URL).text


def test_a_forged_cookie_is_no_terminal(client: Client, cast: Cast, terminal: Terminal) -> None:
    client.cookies[TERMINAL_COOKIE] = "x:y"
    assert "data-pin" not in client.get(URL).text


def test_six_digits_open_the_counter(counter: Client, cast: Cast, terminal: Terminal) -> None:
    response = counter.post(URL, {"person": cast.anna.pk, "pin": PIN})
    assert response["Location"] == reverse("home:counter")
    assert counter.session["terminal_id"] == terminal.pk
    event = StaffEvent.objects.get(kind=StaffEventKind.SIGNED_IN_BY_PIN)
    assert (event.staff, event.terminal, event.branch) == (cast.anna, terminal, terminal.branch)


def test_a_pasted_pin_may_have_spaces(counter: Client, cast: Cast) -> None:
    assert counter.post(URL, {"person": cast.anna.pk, "pin": "246 810"}).status_code == 302


@pytest.mark.parametrize(
    ("person", "pin", "sentence"),
    [
        ("", PIN, "Pilih nama Anda"),
        ("anna", "", "Masukkan enam angka PIN"),
        ("anna", WRONG, "PIN salah. Tersisa 4 percobaan."),
        ("boris", PIN, "tidak dapat masuk dengan PIN"),
        ("citra", PIN, "tidak dapat masuk dengan PIN"),
    ],
)
def test_what_is_missing_stands_beside_its_place(
    counter: Client, cast: Cast, person: str, pin: str, sentence: str
) -> None:
    pk = getattr(cast, person).pk if person else ""
    response = counter.post(URL, {"person": pk, "pin": pin})
    assert response.status_code == 422
    assert sentence in response.text
    assert pin not in response.text or not pin, "a PIN is never written back"


def test_five_wrong_ones_close_one_person_out_of_one_terminal(
    cast: Cast, terminal: Terminal, menteng: Branch
) -> None:
    for left in (4, 3, 2, 1):
        with pytest.raises(CannotEnter, match=f"Tersisa {left} percobaan"):
            enter_pin(cast.anna, pin=WRONG, terminal=terminal, at=NOW)
    with pytest.raises(CannotEnter, match=r"setelah pukul 10\.05"):
        enter_pin(cast.anna, pin=WRONG, terminal=terminal, at=NOW)
    with pytest.raises(CannotEnter, match=r"setelah pukul 10\.05"):
        enter_pin(cast.anna, pin=PIN, terminal=terminal, at=NOW + timedelta(minutes=4, seconds=59))
    enter_pin(cast.bela, pin=PIN, terminal=terminal, at=NOW)
    enter_pin(cast.anna, pin=PIN, terminal=TerminalFactory(branch=menteng), at=NOW)
    enter_pin(cast.anna, pin=PIN, terminal=terminal, at=NOW + timedelta(minutes=5))
    refused = StaffEvent.objects.filter(kind=StaffEventKind.PIN_REFUSED)
    assert [event.detail for event in refused.order_by("pk")] == [
        "1/5", "2/5", "3/5", "4/5", "5/5",
    ]  # fmt: skip


def test_a_right_one_begins_the_count_anew(cast: Cast, terminal: Terminal) -> None:
    for _round in range(3):
        for _attempt in range(4):
            with pytest.raises(CannotEnter):
                enter_pin(cast.anna, pin=WRONG, terminal=terminal, at=NOW)
        enter_pin(cast.anna, pin=PIN, terminal=terminal, at=NOW)


def test_after_the_wait_she_has_five_again(cast: Cast, terminal: Terminal) -> None:
    later = NOW + settings.PIN_COOLOFF
    for at in [NOW] * 5 + [later] * 4:
        with pytest.raises(CannotEnter):
            enter_pin(cast.anna, pin=WRONG, terminal=terminal, at=at)
    enter_pin(cast.anna, pin=PIN, terminal=terminal, at=later)


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_stand_in_line(cast: Cast, terminal: Terminal) -> None:
    guesses = [f"97531{n % 10}" for n in range(19)] + [PIN]
    start = Barrier(len(guesses))

    def guess(pin: str) -> str:
        try:
            start.wait()
            enter_pin(cast.anna, pin=pin, terminal=terminal, at=NOW)
        except CannotEnter as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "in"

    with ThreadPoolExecutor(len(guesses)) as pool:
        answers = list(pool.map(guess, guesses))
    compared = [answer for answer in answers if "Tersisa" in answer]
    assert PinAttempts.objects.get().failures <= settings.PIN_ATTEMPTS
    refused = StaffEvent.objects.filter(kind=StaffEventKind.PIN_REFUSED).count()
    if "in" in answers:
        # The right one came among the first five and began the count anew.
        assert refused <= 2 * settings.PIN_ATTEMPTS - 1
    else:
        assert refused == settings.PIN_ATTEMPTS
        assert len(compared) == settings.PIN_ATTEMPTS - 1


@pytest.mark.parametrize(
    "pin",
    [
        "123456", "654321", "000000", "111111", "112233", "012345", "890123", "121212", "123123",
        "445566", "123321", "171090", "901017", "101790", "290200", "199001", "200512",
        "12345", "1234567", "12345a", "", "١٢٣٤٥٦",
    ],
)  # fmt: skip
def test_what_a_neighbour_would_guess_is_refused(pin: str) -> None:
    assert why_easy_to_guess(pin)


@pytest.mark.parametrize("pin", [PIN, WRONG, "739164", "508273", "946027"])
def test_ordinary_ones_are_taken(pin: str) -> None:
    assert why_easy_to_guess(pin) == ""


def test_a_new_pin_forgives_the_old_mistakes(cast: Cast, terminal: Terminal) -> None:
    for _attempt in range(5):
        with pytest.raises(CannotEnter):
            enter_pin(cast.anna, pin=WRONG, terminal=terminal, at=NOW)
    set_pin(cast.anna, pin="739164", by=cast.maya, at=NOW)
    enter_pin(cast.anna, pin="739164", terminal=terminal, at=NOW)
    with pytest.raises(CannotSetPin):
        set_pin(cast.anna, pin="123456", by=cast.anna, at=NOW)


def test_comparing_takes_less_than_half_a_second(cast: Cast, terminal: Terminal, settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
    cast.anna.set_pin(PIN)
    # Of this process alone: the machine may have other things to do.
    started = time.process_time()
    assert cast.anna.check_pin(PIN)
    assert time.process_time() - started < 0.5


def test_many_people_can_be_narrowed_down(counter: Client, cast: Cast, menteng: Branch) -> None:
    from frontdesk.staff.permissions import Role
    from tests.factories import create_staff

    assert "people-search" not in counter.get(URL).text
    for _n in range(10):
        create_staff(Role.BEAUTICIAN, branch=menteng)
    assert "people-search" in counter.get(URL).text


def test_the_page_asks_no_more_for_more_people(
    counter: Client, cast: Cast, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(3):
        counter.get(URL)
