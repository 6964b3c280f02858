"""Writing texts: refused with reasons, kept in versions, seen as a customer reads them, tried."""

import pytest
from django.test import Client
from django.utils import translation

from frontdesk.branches.models import Branch
from notifications import quick_replies
from notifications.linting import lint
from notifications.models import Lane, Message, MessageClass, Template, TemplateVersion
from notifications.notices import declared
from notifications.variables import STANDARD
from tests.conftest import Cast, SignIn
from tests.factories import CustomerFactory, create_template

LIST = "/messages/templates/"
GOOD = "Halo {name}, jadwal Anda {day} di cabang {branch}. Apakah Anda dapat hadir?"


@pytest.fixture
def maya(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.maya)


def url_of(template: Template, deed: str = "") -> str:
    return f"{LIST}{template.pk}/{deed}"


def test_the_list_groups_texts_by_what_they_are_for(
    maya: Client, django_assert_max_num_queries
) -> None:
    quick_replies.write_starters()
    maya.get(LIST)
    with django_assert_max_num_queries(9):
        page = maya.get(LIST).content.decode()
    for text in ("Layanan", "Promo", "Balasan cepat", "Pengingat jadwal kontrol", "Salam penutup"):
        assert text in page
    assert 'Halo <span class="filling">sapaan dan nama</span>' in page
    assert "{name}" not in page


def test_new_words_are_a_new_version(maya: Client, cast: Cast, reminder_text: Template) -> None:
    page = maya.post(url_of(reminder_text), {"body": f" {GOOD}\r\n"}, follow=True)
    assert "Templat disimpan" in page.content.decode()
    reminder_text.refresh_from_db()
    current = reminder_text.current
    assert current
    assert (current.number, current.body, current.by) == (2, GOOD, cast.maya)
    assert current.variables == ["name", "day", "branch"]
    # The same words once more are no news.
    maya.post(url_of(reminder_text), {"body": GOOD})
    assert reminder_text.versions.count() == 2


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "Tulis isi pesan."),
        ("Halo {name}, diskon 50% besok. Apakah Anda datang?", "adalah promo"),
        ("Halo {name}, jadwal yg baru. Apakah Anda datang?", "Tulis “yang”, bukan “yg”."),
        ("Halo {nama}, jadwal baru. Apakah Anda datang?", "{nama} tidak dikenal di sini"),
        ("Halo {treatment}, jadwal baru. Apakah Anda datang?", "{treatment} tidak dikenal"),
    ],
)
def test_what_the_linter_refuses_is_not_written(
    body: str, sentence: str, maya: Client, reminder_text: Template
) -> None:
    answer = maya.post(url_of(reminder_text), {"body": body, "sms_body": "Jadwal {day}."})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "Jadwal {day}." in page
    assert reminder_text.versions.count() == 1


def test_what_it_only_warns_of_is_written(maya: Client, reminder_text: Template) -> None:
    maya.post(url_of(reminder_text), {"body": "Jadwal {name} pada {day}."})
    assert reminder_text.versions.count() == 2


def test_an_old_version_comes_back_as_the_newest(
    maya: Client, cast: Cast, reminder_text: Template
) -> None:
    first = reminder_text.versions.get()
    maya.post(url_of(reminder_text), {"body": GOOD})
    page = maya.post(
        url_of(reminder_text, "restore/"), {"number": "1"}, follow=True
    ).content.decode()
    assert "Versi 1 dipakai lagi sebagai versi baru" in page
    newest = reminder_text.versions.first()
    assert newest
    assert (newest.number, newest.body, newest.by) == (3, first.body, cast.maya)
    for typed in ("99", "x", ""):
        maya.post(url_of(reminder_text, "restore/"), {"number": typed})
    assert reminder_text.versions.count() == 3


def test_the_preview_is_what_a_customer_of_the_branch_reads(
    maya: Client, menteng: Branch, jayapura: Branch, reminder_text: Template
) -> None:
    sari = CustomerFactory(name="Sari Contoh", honorific="ibu", home_branch=menteng)
    CustomerFactory(name="Orang Timur", home_branch=jayapura)
    CustomerFactory(name="Dewi Contoh", home_branch=menteng)
    page = maya.get(url_of(reminder_text))
    assert [one.name for one in page.context["people"]] == ["Dewi Contoh", "Sari Contoh"]
    assert "Halo Kak Dewi, kami dari Klinik Seruni cabang Menteng." in page.content.decode()
    typed = {"template": reminder_text.pk, "customer": sari.pk, "body": GOOD, "sms_body": ""}
    part = maya.post(f"{LIST}preview/", typed).content.decode()
    assert "Halo Ibu Sari, jadwal Anda Minggu, 6 Desember 2026 di cabang Menteng." in part
    assert "SMS: 1 bagian" in part
    assert "Tidak ada catatan." in part
    assert "<html" not in part


def test_the_preview_tells_the_place_of_each_reason(maya: Client) -> None:
    body = "Halo {name}, datang yg pagi. Apakah Anda bisa?"
    part = maya.post(f"{LIST}preview/", {"message_class": "transactional", "body": body})
    page = part.content.decode()
    start = body.index("yg")
    assert f'data-words-start="{start}" data-words-end="{start + 2}"' in page
    assert "Harus diperbaiki" in page


@pytest.mark.parametrize("template", ["", "999999", "x", "0", "²", "9" * 5_000])
def test_a_preview_of_nothing(template: str, maya: Client) -> None:
    answer = maya.post(f"{LIST}preview/", {"template": template, "body": "<b>{</b>\0"})
    assert answer.status_code in (200, 404)
    assert "<b>" not in answer.content.decode()


def test_a_new_text_of_ones_own(maya: Client, cast: Cast) -> None:
    assert maya.get(f"{LIST}new/").status_code == 200
    typed = {
        "name": "Promo akhir tahun",
        "message_class": "marketing",
        "body": "Halo {name}, diskon 20% di {clinic}. Balas BERHENTI bila tidak berkenan.",
        "once": "4e2b8a06-1111-4111-8111-111111111111",
    }
    first, again = maya.post(f"{LIST}new/", typed), maya.post(f"{LIST}new/", typed)
    template = Template.objects.get(name="Promo akhir tahun")
    assert first.headers["Location"] == again.headers["Location"] == url_of(template)
    assert template.message_class == MessageClass.MARKETING
    assert template.current
    assert template.current.by == cast.maya
    del typed["once"]
    answer = maya.post(f"{LIST}new/", typed)
    assert "Nama ini sudah dipakai templat lain." in answer.content.decode()


def test_a_test_goes_to_oneself_and_is_marked(
    maya: Client, cast: Cast, menteng: Branch, reminder_text: Template
) -> None:
    maya.post(url_of(reminder_text, "test/"))
    assert not Message.objects.exists()
    cast.maya.phone = "+6281290001111"
    cast.maya.save()
    maya.post(url_of(reminder_text, "test/"))
    message = Message.objects.get()
    assert (message.customer, message.to_phone) == (None, "+6281290001111")
    assert (message.message_class, message.lane) == (MessageClass.PERSONAL, Lane.URGENT)
    assert (message.notice, message.branch) == ("test", menteng)
    assert message.key.startswith(f"test:{reminder_text.pk}:")
    assert message.text.startswith("Halo Maya, kami dari Klinik Seruni cabang Menteng.")
    for page in ("/messages/", f"/messages/{message.pk}/"):
        assert "Uji coba" in maya.get(page).content.decode()


def test_a_text_in_use_is_not_put_away(maya: Client, reminder_text: Template) -> None:
    page = maya.post(url_of(reminder_text, "archive/"), {"archived": "1"}, follow=True)
    assert "Templat ini dipakai sebuah pemberitahuan." in page.content.decode()
    spare = create_template("spare", body=GOOD)
    maya.post(url_of(spare, "archive/"), {"archived": "1"})
    spare.refresh_from_db()
    assert spare.is_archived
    assert "spare" not in maya.get(LIST).content.decode()
    assert "spare" in maya.get(f"{LIST}?show=archived").content.decode()
    maya.post(url_of(spare, "archive/"), {"archived": "0"})
    spare.refresh_from_db()
    assert not spare.is_archived


def test_the_registration_is_told_in_words(maya: Client, reminder_text: Template) -> None:
    assert "belum terdaftar di penyedia" in maya.get(url_of(reminder_text)).content.decode()
    TemplateVersion.objects.update(content_sid="HX1")
    assert "Versi ini terdaftar di penyedia." in maya.get(url_of(reminder_text)).content.decode()


def test_the_desk_does_not_write_texts(cast: Cast, sign_in: SignIn) -> None:
    assert sign_in(cast.anna).get(LIST).status_code == 403


def test_every_text_that_comes_with_the_product_passes_its_linter() -> None:
    for one in declared():
        offered = {variable.name: variable.sample for variable in one.offered}
        found = lint(
            one.body, message_class=one.message_class, offered=offered,
            sms_body=one.sms_body, by_sms=True,
        )  # fmt: skip
        assert found == [], one.key
    standard = {variable.name: variable.sample for variable in STANDARD}
    for key, _name, body in quick_replies.STARTERS:
        assert lint(body, message_class=MessageClass.PERSONAL, offered=standard) == [], key


def test_the_words_for_several_notices_name_them(cast: Cast, sign_in: SignIn) -> None:
    template = Template.objects.get(key="together")
    client = sign_in(cast.maya)
    words = {"body": "Halo {name}, apakah {question}? Balas saja.", "sms_body": ""}
    answer = client.post(f"/messages/templates/{template.pk}/", words)

    assert answer.status_code == 422
    assert "Tanpa {news} pesan ini tidak menyebut isinya." in answer.content.decode()


def test_what_the_product_brings_is_named_in_the_readers_language(db: None) -> None:
    ours = Template.objects.get(key="control_missed")
    hers = create_template("kontrol-0a1b2c3d")
    hers.name = "Kontrol terlewat"
    with translation.override("en"):
        assert str(ours) == "Missed follow-up"
        assert str(hers) == "Kontrol terlewat"
