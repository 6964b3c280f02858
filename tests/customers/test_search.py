"""Finding a customer by whatever the clerk has heard of her."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import customers.search
from customers.models import Customer, NameWord
from customers.phone import parse_phone
from customers.search import Matches, search_customers
from frontdesk.branches.models import Branch
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def siti(menteng: Branch) -> Customer:
    return CustomerFactory(
        name="Siti Nurhaliza Kusumawardani", phone="+6281234567890", home_branch=menteng
    )


def search(text: str, branch: Branch, **options: bool) -> Matches:
    return search_customers(text, branch=branch, **{"with_phones": True, **options})


def names(text: str, branch: Branch) -> list[str]:
    return [customer.name for customer in search(text, branch).customers]


@pytest.mark.parametrize(
    "text",
    [
        "s",
        "siti",
        "SITI",
        "nurhaliza siti",
        "sit nur kus",
        "kusuma",
        "haliza",
        "wardani",
        "0812-3456-7890",
        "+62 812 3456 7890",
        "62812 3456",
        "6281234567890",
        "0062812",
        "626281234567890",
        "812-345",
        "0812",
        "7890",
        "890",
        "34567",
        "(0812) 3456.7890",
        "siti 7890",
        "7890 siti",
    ],
)
def test_found(text: str, siti: Customer, menteng: Branch) -> None:
    CustomerFactory(name="Budi Hartono", phone="+6285699991111", home_branch=menteng)
    found = search(text, menteng)
    assert [customer.pk for customer in found.customers] == [siti.pk]
    assert not found.is_guess


@pytest.mark.parametrize(
    "text", ["stii", "siit", "sitti", "nurhalisa", "nurhalzia", "siti nurhalisa", "kusumawardhani"]
)
def test_small_typing_errors_are_a_guess(text: str, siti: Customer, menteng: Branch) -> None:
    CustomerFactory(name="Budi Hartono", home_branch=menteng)
    found = search(text, menteng)
    assert [customer.pk for customer in found.customers] == [siti.pk]
    assert found.is_guess


def test_no_guess_once_something_was_found(menteng: Branch) -> None:
    CustomerFactory(name="Siti", home_branch=menteng)
    exact = CustomerFactory(name="Sitti", home_branch=menteng)
    found = search("sitti", menteng)
    assert found.customers == [exact]
    assert not found.is_guess


@pytest.mark.parametrize(
    "text", ["", " ", "%", "_", "'", '"', "\\", "😀", "--", "+", "\0", "'; --"]
)
def test_nothing_to_look_for(text: str, siti: Customer, menteng: Branch) -> None:
    assert search(text, menteng).customers == []


def test_member_number(siti: Customer, menteng: Branch) -> None:
    siti.refresh_from_db()
    for text in (siti.member_number, siti.member_number.lower(), siti.member_number[1:]):
        assert search(text, menteng).customers[0] == siti
    own = CustomerFactory(name="Wati", member_number="KLN-0042", home_branch=menteng)
    assert search("kln-0042", menteng).customers == [own]
    assert search("KLN-00", menteng).customers == [own]


def test_accents_apostrophes_and_one_word(menteng: Branch) -> None:
    CustomerFactory(name="D'Angelo José", home_branch=menteng)
    CustomerFactory(name="Suharto", home_branch=menteng)
    assert names("dangelo", menteng) == ["D'Angelo José"]
    assert names("d'angelo jose", menteng) == ["D'Angelo José"]
    assert names("suharto", menteng) == ["Suharto"]


def test_own_branch_and_whole_words_first(menteng: Branch, jayapura: Branch) -> None:
    for n in range(30):
        CustomerFactory(name=f"Ani Lain {n:02}", home_branch=jayapura)
    CustomerFactory(name="Anita Zulkarnain", home_branch=menteng)
    CustomerFactory(name="Zubaidah Ani", home_branch=menteng)
    assert names("ani", menteng)[:3] == ["Zubaidah Ani", "Anita Zulkarnain", "Ani Lain 00"]
    assert len(names("ani", menteng)) == 20


def test_last_digits_of_own_branch_first(menteng: Branch, jayapura: Branch) -> None:
    for n in range(30):
        CustomerFactory(phone=f"+62812{n:03}5555", home_branch=jayapura)
    own = CustomerFactory(phone="+628129995555", home_branch=menteng)
    assert search("5555", menteng).customers[0] == own


def test_numbers_are_not_guessed_without_the_right_to_see_them(
    siti: Customer, menteng: Branch
) -> None:
    for text in ("081234567890", "7890", "34567", "siti 7890"):
        assert search(text, menteng, with_phones=False).customers == []
    assert search("siti", menteng, with_phones=False).customers == [siti]


def test_changed_name_and_branch_are_found(
    siti: Customer, menteng: Branch, jayapura: Branch
) -> None:
    Customer.objects.filter(pk=siti.pk).update(name="Ratna Dewi")
    assert search("nurhaliza", menteng).customers == []
    assert search("ratna", menteng).customers == [siti]
    Customer.objects.filter(pk=siti.pk).update(home_branch=jayapura)
    assert set(NameWord.objects.values_list("home_branch", flat=True)) == {jayapura.pk}


def test_numbers_after_the_first_million(menteng: Branch) -> None:
    setval = "SELECT setval('customers_member_number', %s)"
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('customers_member_number')")
        (before,) = cursor.fetchone()
        cursor.execute(setval, [999_999])
        customer = CustomerFactory(home_branch=menteng)
        # A sequence is not rolled back with the test.
        cursor.execute(setval, [before])
    customer.refresh_from_db()
    assert customer.member_number == "M1000000"


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=120))
def test_no_text_breaks_it(text: str, siti: Customer, menteng: Branch) -> None:
    search(text, menteng)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_part_of_a_word_finds_its_bearer(
    data: st.DataObject, siti: Customer, menteng: Branch
) -> None:
    word = data.draw(st.sampled_from(siti.name.split()))
    start = data.draw(st.integers(0, len(word) - 3))
    end = data.draw(st.integers(start + 3, len(word)))
    assert siti in search(word[start:end], menteng).customers


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("0812 3456 7890", "+6281234567890"),
        ("0812-3456-7890", "+6281234567890"),
        ("812.3456.7890", "+6281234567890"),
        ("62812 3456 7890", "+6281234567890"),
        ("+62 (812) 3456-7890", "+6281234567890"),
        ("6262 81234567890", "+6281234567890"),
        ("+62 0812 3456 7890", "+6281234567890"),
        ("0062 81234567890", "+6281234567890"),
        ("021 5550 1234", "+622155501234"),
        ("+65 9123 4567", "+6591234567"),
    ],
)
def test_spellings_of_a_number(text: str, phone: str, menteng: Branch) -> None:
    owner = CustomerFactory(phone=phone, home_branch=menteng)
    assert parse_phone(text) == phone
    assert owner in search(text, menteng).customers


@pytest.fixture
def many(menteng: Branch, jayapura: Branch) -> None:
    with connection.cursor() as cursor:
        # The checks of foreign keys keep the plan of their first time, when the tables were empty.
        cursor.execute("DISCARD PLANS")
        cursor.execute(
            """
            INSERT INTO customers_customer (name, phone, call_name, honorific, address, allergies,
                notes, home_branch_id, created_at, version)
            SELECT names[1 + n %% 8] || ' ' || names[1 + n / 8 %% 8] || ' '
                    || translate((n %% 977)::text, '0123456789', 'abcdefghij'),
                '+628' || 12 + n %% 30 || lpad((n * 7919 %% 100000000)::text, 8, '0'),
                '', 'kak', '', '', '', CASE WHEN n %% 3 = 0 THEN %s ELSE %s END, now(), 1
            FROM generate_series(1, 20000) AS n,
                (SELECT '{Siti,Nur,Dewi,Putri,Ayu,Wati,Rahma,Lestari}'::text[] AS names) AS parts
            """,
            [jayapura.pk, menteng.pk],
        )
        cursor.execute("ANALYZE customers_customer, customers_nameword, customers_vocabulary")


# What is typed, and how many queries may answer it.
TERMS = {
    "siti": 4,
    "a": 4,
    "siti nur": 4,
    "wati rahma bcd": 8,
    "0812": 5,
    "890": 5,
    "isti": 7,
    "M000123": 12,
    "ssiti": 9,
}


def test_indexes_answer_in_few_queries(many: None, menteng: Branch) -> None:
    for text, most in TERMS.items():
        with CaptureQueriesContext(connection) as queries:
            search(text, menteng)
        assert len(queries) <= most, text
        for query in queries.captured_queries:
            assert _tables_read_through(query["sql"]).isdisjoint(
                {"customers_customer", "customers_nameword"}
            ), query["sql"]


def test_common_words_meet_without_a_join(
    many: None, menteng: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A join is planned by how many are thought to bear a word, and a wrong thought costs seconds.

    They are gathered where they can be counted, and looked up a person where they cannot.
    """
    for countable in (20_000, 3_000):
        monkeypatch.setattr(customers.search, "COUNTED_COMMON", countable)
        for text in ("siti nur", "nur siti", "wati rahma bcd"):
            with CaptureQueriesContext(connection) as queries:
                found = search(text, menteng).customers
            assert found
            assert all({*text.split()} <= {*one.name_folded.split()} for one in found)
            named = [query["sql"] for query in queries if "AS named" in query["sql"]]
            assert named
            for sql in named:
                assert "Join" not in (plan := _plan(sql)), text
                assert "Nested Loop" not in plan, text


def _tables_read_through(sql: str) -> set[str]:
    found = _plan(sql).split('"Node Type": "Seq Scan"')[1:]
    return {part.split('"Relation Name": "')[1].split('"')[0] for part in found}


def _plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        return json.dumps(cursor.fetchone())
