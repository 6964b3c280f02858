"""Which notices go out and when: the chain's word, a branch's own, and what is typed wrongly."""

from datetime import date, time

import pytest

from frontdesk.branches.models import Branch
from frontdesk.staff.models import StaffEvent, StaffEventKind
from notifications import actions
from notifications.models import (
    Approval,
    Channel,
    NoticeReplan,
    NoticeSetting,
    Template,
    TemplateVersion,
)
from tests.conftest import Cast, SignIn
from tests.factories import create_template

LIST = "/messages/notices/"
EDIT = f"{LIST}control_reminder/"


@pytest.fixture
def form(cast: Cast) -> dict[str, object]:
    return {
        "is_on": "on",
        "offsets": "7, 2",
        "send_at": "9.30",
        "template": Template.objects.get(key="control_reminder").pk,
        "channel": "whatsapp",
        "may_sms": "on",
    }


def test_the_page_lists_every_notice_with_its_time_and_text(
    cast: Cast, sign_in: SignIn, django_assert_max_num_queries
) -> None:
    client = sign_in(cast.maya)
    client.get(LIST)
    with django_assert_max_num_queries(10):
        page = client.get(LIST).content.decode()
    for text in (
        "Pengingat jadwal kontrol", "Kontrol terlewat", "Terima kasih dan saran perawatan",
        "Ucapan ulang tahun", "3 dan 1 hari sebelumnya, pukul 10.00 · WhatsApp · lalu SMS",
        "Pada harinya, pukul 09.00", "Tidak ada pesan antara pukul 20.00 dan 08.00 WIB.",
    ):  # fmt: skip
        assert text in page
    assert "Semua cabang" not in page


def test_a_notice_whose_text_is_held_says_so(cast: Cast, sign_in: SignIn) -> None:
    text = Template.objects.get(key="control_missed")
    TemplateVersion.objects.filter(pk=text.current_id).update(approval=Approval.PAUSED)
    assert "Templat dijeda WhatsApp" in sign_in(cast.maya).get(LIST).content.decode()


def test_a_manager_sets_her_own_branch(
    cast: Cast, menteng: Branch, jayapura: Branch, sign_in: SignIn, form: dict[str, object]
) -> None:
    client = sign_in(cast.maya)
    answer = client.post(EDIT, form, follow=True)
    page = answer.content.decode()
    assert "Disimpan. Pesan yang masih menunggu segera mengikuti." in page
    assert "7 dan 2 hari sebelumnya, pukul 09.30" in page
    assert "disetel cabang ini" in page
    row = NoticeSetting.objects.get()
    assert (row.branch, row.offsets, row.send_at) == (menteng, [-7, -2], time(9, 30))
    assert (row.may_sms, row.may_call, row.channel) == (True, False, Channel.WHATSAPP)
    assert actions.decided("control_reminder", branch=jayapura).offsets == (-3, -1)
    assert [replan.branch for replan in NoticeReplan.objects.all()] == [menteng]
    event = StaffEvent.objects.get(kind=StaffEventKind.NOTICE_SET)
    assert (event.staff, event.branch, event.detail) == (
        cast.maya, menteng, "Pengingat jadwal kontrol",
    )  # fmt: skip

    client.post(f"{EDIT}forget/", follow=True)
    assert not NoticeSetting.objects.exists()


def test_the_chain_sets_what_branches_follow(
    cast: Cast, menteng: Branch, jayapura: Branch, sign_in: SignIn, form: dict[str, object]
) -> None:
    chain = sign_in(cast.citra)
    assert "Berlaku di semua cabang" in chain.get(f"{LIST}?scope=chain").content.decode()
    chain.post(f"{EDIT}?scope=chain", form)
    assert NoticeSetting.objects.get().branch is None
    for branch in (menteng, jayapura):
        assert actions.decided("control_reminder", branch=branch).offsets == (-7, -2)
    page = sign_in(cast.maya).get(EDIT).content.decode()
    assert "Sekarang berlaku setelan jaringan" in page


def test_a_manager_does_not_set_the_chain(
    cast: Cast, sign_in: SignIn, form: dict[str, object]
) -> None:
    client = sign_in(cast.maya)
    for answer in (client.get(f"{EDIT}?scope=chain"), client.post(f"{EDIT}?scope=chain", form)):
        assert answer.status_code == 403
    assert not NoticeSetting.objects.exists()
    assert client.get(f"{LIST}no_such_notice/").status_code == 404


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("offsets", "", "Tulis paling sedikit satu hari"),
        ("offsets", "tiga", "Tulis jumlah hari, misalnya 3, 1"),
        ("offsets", "-3", "Tulis jumlah hari, misalnya 3, 1"),
        ("offsets", "31", "Tulis jumlah hari antara 0 dan 30"),
        ("offsets", "1,2,3,4,5,6", "Paling banyak lima kali"),
        ("send_at", "25.00", "Masukkan jam, misalnya 10.00."),
        ("send_at", "", "Masukkan jam, misalnya 10.00."),
        ("template", "0", "Pilih templat dari daftar."),
    ],
)
def test_what_is_typed_wrongly_is_told_and_kept(
    field: str, typed: str, sentence: str, cast: Cast, sign_in: SignIn, form: dict[str, object]
) -> None:
    answer = sign_in(cast.maya).post(EDIT, form | {field: typed, "may_call": "on"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert not NoticeSetting.objects.exists()


def test_only_texts_that_fit_are_offered(cast: Cast, sign_in: SignIn) -> None:
    fits = create_template("fits", body="Halo {name}, jadwal Anda {day}. Apakah sesuai?")
    create_template("needs_more", body="Halo {name}, {treatment} Anda besok. Apakah sesuai?")
    create_template("promo", body="Halo {name}, ada promo.", message_class="marketing")
    form = sign_in(cast.maya).get(EDIT).context["form"]
    assert {one.key for one in form.fields["template"].queryset} == {"control_reminder", fits.key}


def test_an_hour_within_the_quiet_ones_is_told(
    cast: Cast, sign_in: SignIn, form: dict[str, object]
) -> None:
    client = sign_in(cast.maya)
    client.post(EDIT, form | {"send_at": "21.00"})
    assert "pesannya berangkat pukul 08.00" in client.get(EDIT).content.decode()


def test_a_manager_sets_the_quiet_times_of_her_branch(
    cast: Cast, menteng: Branch, sign_in: SignIn
) -> None:
    client = sign_in(cast.maya)
    typed = {
        "quiet_from": "19.30", "quiet_until": "9", "weekdays": ["6"], "dates": "17/08/2027",
    }  # fmt: skip
    page = client.post("/messages/quiet/", typed, follow=True).content.decode()
    menteng.refresh_from_db()
    assert (menteng.quiet_from, menteng.quiet_until) == (time(19, 30), time(9))
    assert (menteng.quiet_weekdays, menteng.quiet_dates) == ([6], [date(2027, 8, 17)])
    assert "Hari tanpa pesan: Minggu." in page
    # The history keeps the source's words, whoever wrote them, for each to read in her own.
    kept = StaffEvent.objects.get(kind=StaffEventKind.NOTICE_SET)
    assert kept.detail == "Jam dan hari tenang"
    assert "Tanggal tanpa pesan: 17 Agt 2027." in page or "17 Agu 2027" in page

    answer = client.post("/messages/quiet/", typed | {"weekdays": [str(n) for n in range(7)]})
    assert answer.status_code == 422
    assert "Sisakan paling sedikit satu hari" in answer.content.decode()


def test_a_notice_on_the_day_itself_says_so(
    cast: Cast, sign_in: SignIn, form: dict[str, object]
) -> None:
    client = sign_in(cast.maya)
    client.post(EDIT, form | {"offsets": "0"})
    assert "Pada harinya, pukul 09.30" in client.get(LIST).content.decode()
    client.post(EDIT, form | {"offsets": "3, 0"})
    assert "3 hari sebelumnya dan pada harinya, pukul 09.30" in client.get(LIST).content.decode()


def test_several_in_one_message_asks_only_for_what_is_its_own(
    cast: Cast, menteng: Branch, sign_in: SignIn
) -> None:
    client = sign_in(cast.maya)
    assert "Bersama yang pertama hari itu" in client.get(LIST).content.decode()
    page = client.get(f"{LIST}together/").content.decode()
    assert 'name="send_at"' not in page
    assert 'name="channel"' not in page

    template = Template.objects.get(key="together")
    client.post(f"{LIST}together/", {"template": template.pk})
    assert not actions.decided("together", branch=menteng).is_on
