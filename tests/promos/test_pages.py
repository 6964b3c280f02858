"""Writing, starting and watching a promo on its pages."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Func, Q, TextField, Value
from django.db.models.lookups import IsNull
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.promos import actions, conditions, permissions, reports
from frontdesk.promos.models import Campaign, CampaignFigures
from frontdesk.promos.states import CampaignState
from frontdesk.staff.permissions import Role
from notifications.models import Batch, Message, Sender, Template
from tests.conftest import Cast, SignIn
from tests.factories import NOW, CustomerFactory, create_staff, create_template
from tests.promos.conftest import MakeCampaign, fan, run


@pytest.fixture
def maya(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.maya)


@pytest.fixture
def fans(menteng: Branch) -> list[Customer]:
    return [fan(menteng, name=f"Sari {n}") for n in range(3)]


def filled(menteng: Branch, offer: Template, **values: Any) -> dict[str, Any]:
    return {
        "once": str(uuid.uuid4()),
        "name": "Akhir tahun",
        "branches": [menteng.pk],
        "channel": "whatsapp",
        "template": offer.pk,
        "var_offer": "potongan 20%",
    } | values


def test_from_the_form_to_the_messages(
    maya: Client, menteng: Branch, offer: Template, sender: Sender, fans: list[Customer]
) -> None:
    assert "Belum ada promo" in maya.get(reverse("promos:promo_list")).content.decode()
    page = maya.get(reverse("promos:promo_new")).content.decode()
    assert "Bulan lahir" in page
    assert "Pernah mendapat perawatan" in page
    sent = filled(menteng, offer, use_seen_since="not", seen_since__days="90")
    answer = maya.post(reverse("promos:promo_new"), sent)
    campaign = Campaign.objects.get()
    assert answer.headers["Location"] == reverse("promos:promo_show", args=[campaign.pk])
    # A second click leads to the same promo.
    assert maya.post(reverse("promos:promo_new"), sent).headers["Location"] == answer["Location"]
    assert campaign.conditions == [
        {"key": "seen_since", "answers": {"days": 90}, "is_negated": True}
    ]
    page = maya.get(answer["Location"]).content.decode()
    assert "Datang dalam 90 hari terakhir</dt><dd>tidak" in page
    look = maya.get(reverse("promos:promo_look", args=[campaign.pk])).content.decode()
    assert "Sari 1" in look
    assert "Halo Kak Sari, potongan 20% di Klinik Seruni Menteng." in look
    assert "Pesan terakhir berangkat" in look

    maya.post(reverse("promos:promo_start", args=[campaign.pk]))
    actions.prepare_due()
    assert Message.objects.count() == 3
    for deed, state in (
        ("pause", CampaignState.PAUSED),
        ("resume", CampaignState.RUNNING),
        ("cancel", CampaignState.CANCELLED),
    ):
        page = maya.get(answer["Location"]).content.decode()
        assert reverse(f"promos:promo_{deed}", args=[campaign.pk]) in page
        maya.post(reverse(f"promos:promo_{deed}", args=[campaign.pk]))
        campaign.refresh_from_db()
        assert campaign.state == state
    assert "Akhir tahun" in maya.get(reverse("promos:promo_list")).content.decode()


def test_a_schedule_is_taken_back_and_changed(
    maya: Client, menteng: Branch, offer: Template, sender: Sender, fans: list[Customer]
) -> None:
    sent = filled(menteng, offer, start_day="31/12/2030", start_clock="9.30", ends_day="31/12/2030")
    maya.post(reverse("promos:promo_new"), sent)
    campaign = Campaign.objects.get()
    assert campaign.start_at
    assert f"{menteng.local(campaign.start_at):%d/%m/%Y %H.%M}" == "31/12/2030 09.30"
    maya.post(reverse("promos:promo_start", args=[campaign.pk]))
    edit = reverse("promos:promo_edit", args=[campaign.pk])
    refused = maya.post(edit, sent | {"version": "2"})
    assert refused.status_code == 422
    assert "Kembalikan ke draf" in refused.content.decode()
    maya.post(reverse("promos:promo_unschedule", args=[campaign.pk]))
    campaign.refresh_from_db()
    page = maya.get(edit).content.decode()
    assert "31/12/2030" in page
    assert "09.30" in page
    behind = maya.post(edit, sent | {"version": "1", "name": "Lain"})
    assert "diubah orang lain" in behind.content.decode()
    maya.post(edit, sent | {"version": str(campaign.version), "name": "Lain"})
    campaign.refresh_from_db()
    assert campaign.name == "Lain"


@pytest.mark.parametrize("typed", ["²", "-1", "x", "9" * 5_000])
def test_what_is_no_number_breaks_no_page(
    maya: Client, menteng: Branch, offer: Template, make_campaign: MakeCampaign, typed: str
) -> None:
    campaign = make_campaign()
    look = reverse("promos:promo_look", args=[campaign.pk])
    assert maya.get(look, {"show": typed}).status_code == 200
    sent = filled(menteng, offer, show=typed)
    assert maya.post(reverse("promos:promo_audience"), sent).status_code == 200
    assert maya.post(reverse("promos:promo_words"), {"template": typed}).status_code == 200
    edit = reverse("promos:promo_edit", args=[campaign.pk])
    behind = maya.post(edit, filled(menteng, offer, version=typed))
    assert "diubah orang lain" in behind.content.decode()


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"name": ""}, "Beri nama promo ini."),
        ({"branches": []}, "Pilih sedikitnya satu cabang."),
        ({"template": ""}, "Pilih templat promo."),
        ({"use_seen_since": "is", "seen_since__days": ""}, "Isi dulu"),
        ({"use_birth_month": "is"}, "Isi dulu"),
        ({"start_day": "40/1"}, "Masukkan tanggal"),
        ({"start_day": "31/12/2030", "ends_day": "30/12/2030"}, "sebelum promo mulai"),
        ({"var_offer": ""}, "Isi “Offer”"),
        ({"ends_day": "31/12/9999"}, "terlalu jauh"),
        ({"template": "²"}, "Pilih"),
        ({"template": "9" * 5_000}, "Pilih"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(
    maya: Client, menteng: Branch, offer: Template, values: dict[str, Any], why: str
) -> None:
    response = maya.post(reverse("promos:promo_new"), filled(menteng, offer) | values)
    assert response.status_code == 422
    assert why in response.content.decode()
    assert not Campaign.objects.exists()


def test_only_promo_texts_and_own_branches_are_offered(
    maya: Client, menteng: Branch, jayapura: Branch, offer: Template
) -> None:
    service = create_template()
    for values in ({"template": service.pk}, {"branches": [jayapura.pk]}):
        response = maya.post(reverse("promos:promo_new"), filled(menteng, offer) | values)
        assert response.status_code == 422


def test_the_audience_is_counted_while_it_is_written(
    maya: Client, menteng: Branch, offer: Template, sender: Sender, fans: list[Customer]
) -> None:
    sent = filled(menteng, offer, name="", show=str(fans[2].pk))
    page = maya.post(reverse("promos:promo_audience"), sent).content.decode()
    assert "Yang dibaca Sari 2" in page
    assert "potongan 20%" in page
    unfinished = sent | {"use_seen_since": "is", "seen_since__days": ""}
    page = maya.post(reverse("promos:promo_audience"), unfinished).content.decode()
    assert "Lengkapi syarat" in page
    nobody = sent | {"use_birth_month": "is", "birth_month__months": ["1"]}
    page = maya.post(reverse("promos:promo_audience"), nobody).content.decode()
    assert "Sari" not in page
    assert not Campaign.objects.exists()


def test_what_would_come_too_late_is_said(
    maya: Client, menteng: Branch, offer: Template, sender: Sender, fans: list[Customer]
) -> None:
    assert sender.portfolio
    sender.portfolio.people_a_day = 1
    sender.portfolio.save()
    sent = filled(menteng, offer, start_day="30/12/2030", ends_day="31/12/2030")
    page = maya.post(reverse("promos:promo_audience"), sent).content.decode()
    assert "setelah tanggal terakhir" in page
    page = maya.post(reverse("promos:promo_audience"), sent | {"ends_day": ""}).content.decode()
    assert "Rabu, 1 Januari 2031" in page


def test_an_audience_that_takes_too_long_is_not_waited_for(
    maya: Client,
    menteng: Branch,
    offer: Template,
    fans: list[Customer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = Func(Value(0.2), function="pg_sleep", output_field=TextField())
    condition = conditions.Condition(
        key="slow",
        label="Lambat",
        fields=dict,
        where=lambda answers, at: Q(IsNull(slow, False)),
        told=lambda answers: "",
    )
    monkeypatch.setitem(conditions._declared, "slow", condition)
    monkeypatch.setattr(reports, "PATIENCE_MS", 100)
    sent = filled(menteng, offer, use_slow="is")
    page = maya.post(reverse("promos:promo_audience"), sent).content.decode()
    assert "terlalu banyak untuk dihitung" in page


def test_a_promo_for_nobody_says_so_beside_its_button(
    maya: Client, menteng: Branch, make_campaign: MakeCampaign
) -> None:
    CustomerFactory(home_branch=menteng)
    campaign = make_campaign()
    address = reverse("promos:promo_show", args=[campaign.pk])
    page = maya.get(address).content.decode()
    assert "belum menjangkau siapa pun" in page
    assert 'data-dialog="start-promo"' not in page
    answer = maya.post(reverse("promos:promo_start", args=[campaign.pk]), follow=True)
    assert "belum menjangkau siapa pun" in answer.content.decode()
    campaign.refresh_from_db()
    assert campaign.state == "draft"

    fan(menteng)
    page = maya.get(address).content.decode()
    assert "belum menjangkau siapa pun" not in page
    assert 'data-dialog="start-promo"' in page


def test_an_audience_too_big_to_look_through_is_not_nobody(
    menteng: Branch, make_campaign: MakeCampaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    fan(menteng)
    slow = Func(Value(0.2), function="pg_sleep", output_field=TextField())
    condition = conditions.Condition(
        key="slow",
        label="Lambat",
        fields=dict,
        where=lambda answers, at: Q(IsNull(slow, True)),
        told=lambda answers: "",
    )
    monkeypatch.setitem(conditions._declared, "slow", condition)
    monkeypatch.setattr(permissions, "PATIENCE_MS", 100)
    campaign = make_campaign(choices=[conditions.Choice("slow")])
    assert permissions.why_not_start(campaign, by=None, at=NOW) == ""


def test_the_words_ask_for_their_variables(maya: Client, menteng: Branch, offer: Template) -> None:
    page = maya.post(reverse("promos:promo_words"), filled(menteng, offer)).content.decode()
    assert 'name="var_offer"' in page
    assert 'name="var_name"' not in page
    assert "potongan 20%" in page
    fresh = filled(menteng, offer, var_offer="")
    page = maya.post(reverse("promos:promo_words"), fresh).content.decode()
    # Nothing is wrong yet.
    assert "field-error" not in page


def test_the_poll_answers_304_until_a_figure_moves(
    maya: Client, make_campaign: MakeCampaign, fans: list[Customer]
) -> None:
    campaign = run(make_campaign())
    actions.count_campaigns(clock=lambda: NOW)
    url = reverse("promos:promo_progress", args=[campaign.pk])
    first = maya.get(url)
    page = first.content.decode()
    assert "<html" not in page
    assert "every 2s" in page
    assert "0 dari 3" in page
    same = maya.get(url, headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    actions.pause_campaign(campaign, by=None, at=NOW)
    assert maya.get(url, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_running_promo_is_read_from_one_row(
    maya: Client,
    make_campaign: MakeCampaign,
    fans: list[Customer],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    campaign = run(make_campaign())
    url = reverse("promos:promo_progress", args=[campaign.pk])
    maya.get(url)
    # Who asks, and the promo with its figures.
    with django_assert_num_queries(2) as asked:
        maya.get(url)
    assert not any("notifications_message" in query["sql"] for query in asked)
    show = reverse("promos:promo_show", args=[campaign.pk])
    with django_assert_num_queries(4) as asked:
        maya.get(show)
    assert not any("notifications_message" in query["sql"] for query in asked)


def test_the_list_asks_as_often_for_many_as_for_one(
    maya: Client, make_campaign: MakeCampaign, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        make_campaign()
    maya.get(reverse("promos:promo_list"))
    with django_assert_max_num_queries(2):
        assert maya.get(reverse("promos:promo_list")).status_code == 200


def test_another_branch_s_promo_does_not_exist(
    make_campaign: MakeCampaign, jayapura: Branch, sign_in: SignIn, cast: Cast
) -> None:
    campaign = make_campaign()
    ester = sign_in(create_staff(Role.BRANCH_MANAGER, branch=jayapura, username="ester"))
    for name in ("show", "progress", "look", "edit"):
        assert ester.get(reverse(f"promos:promo_{name}", args=[campaign.pk])).status_code == 404
    for name in ("start", "pause", "resume", "cancel", "unschedule"):
        assert ester.post(reverse(f"promos:promo_{name}", args=[campaign.pk])).status_code == 404
    assert "Akhir tahun" not in ester.get(reverse("promos:promo_list")).content.decode()
    anna = sign_in(cast.anna)
    assert anna.get(reverse("promos:promo_list")).status_code == 403


def test_a_paused_big_promo_shows_its_figures(maya: Client, make_campaign: MakeCampaign) -> None:
    campaign = make_campaign()
    batch = Batch.objects.create(name="x", created_at=NOW)
    for state in ("scheduled", "preparing", "running"):
        Campaign.objects.filter(pk=campaign.pk).update(
            state=state, batch=None if state == "scheduled" else batch, start_at=NOW
        )
    CampaignFigures.objects.filter(pk=campaign.pk).update(
        counts={"queued": 200_000, "delivered": 60_000, "read": 40_000},
        replies=1234,
        opt_outs=56,
        outcomes={"visits": 789},
        finish_at=timezone.now() + timedelta(hours=1),
    )
    page = maya.get(reverse("promos:promo_show", args=[campaign.pk])).content.decode()
    for words in ("100.000 dari 300.000", "33%", "1.234", "789", "Selesai kira-kira"):
        assert words in page


def test_the_last_day_is_the_one_that_was_typed(
    maya: Client, menteng: Branch, offer: Template, fans: list[Customer]
) -> None:
    sent = filled(menteng, offer, start_day="30/12/2030", ends_day="31/12/2030")
    page = maya.post(reverse("promos:promo_new"), sent, follow=True).content.decode()
    assert "<dt>Hari terakhir</dt><dd>Selasa, 31 Desember 2030</dd>" in page
    assert Campaign.objects.get().last_day == date(2030, 12, 31)


@pytest.mark.parametrize("days, words", [(1, "in the last day"), (30, "in the last 30 days")])
def test_one_day_is_not_called_days(days: int, words: str) -> None:
    with translation.override("en"):
        assert conditions.condition("registered_since").told({"days": days}) == words
