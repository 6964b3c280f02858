"""One slip with its history, the day's list, and the deeds of the desk over HTTP."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.visits.models import Visit
from tests.conftest import Cast, SignIn
from tests.factories import CustomerFactory
from tests.treatments.conftest import SlipIn
from treatments import actions, qr
from treatments.models import Slip, Treatment
from treatments.models.slip import SlipEventKind
from treatments.states import SlipState


def _url(name: str, *args: int) -> str:
    return reverse(f"treatments:{name}", args=args)


OF_SLIP = ["slip", "slip_live", "slip_print", "slip_cancel", "slip_pass_on", "slip_edit"]
DEEDS = ["slip_issue", "slip_reprint", "slip_save"]
OF_VISIT = ["visit_slips", "slip_new"]


@pytest.mark.parametrize("name", [*OF_SLIP, *OF_VISIT])
def test_another_branchs_slip_is_not_there(
    name: str, cast: Cast, slip_in: SlipIn, sign_in: SignIn, now: datetime
) -> None:
    slip = slip_in(at=now)
    pk = slip.visit_id if name in OF_VISIT else slip.pk
    assert sign_in(cast.boris).get(_url(name, pk)).status_code == 404


@pytest.mark.parametrize("name", [*DEEDS, "slip_cancel", "slip_pass_on"])
def test_another_branchs_slip_cannot_be_changed(
    name: str, cast: Cast, slip_in: SlipIn, sign_in: SignIn, now: datetime
) -> None:
    slip = slip_in(at=now)
    answer = sign_in(cast.boris).post(_url(name, slip.pk), {"reason": "Iseng"})
    assert answer.status_code == 404
    slip.refresh_from_db()
    assert slip.events.count() == 2


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("slips", {"anna", "dewi", "maya", "citra"}),
        ("slip", {"anna", "dewi", "maya", "citra"}),
        # The beautician may print her own; it carries no telephone number.
        ("slip_print", {"anna", "tari", "dewi", "maya", "citra"}),
        ("slip_cancel", {"anna", "maya", "citra"}),
        ("slip_pass_on", {"anna", "maya", "citra"}),
    ],
)
def test_only_who_may_opens_it(
    name: str, who: set[str], cast: Cast, slip_in: SlipIn, sign_in: SignIn, now: datetime
) -> None:
    slip = slip_in(at=now)
    address = _url(name) if name == "slips" else _url(name, slip.pk)
    let_in = {
        person
        for person in ("anna", "tari", "dewi", "gita", "maya", "citra")
        if sign_in(getattr(cast, person)).get(address).status_code == 200
    }
    assert let_in == who


def test_the_page_tells_who_did_what_when_and_why(
    desk: Client, cast: Cast, slip_in: SlipIn, laser: Treatment, now: datetime, menteng: Branch
) -> None:
    customer = CustomerFactory(name="Maria", allergies="penisilin", home_branch=menteng)
    slip = slip_in(at=now, treatments=[laser], customer=customer)
    actions.approve_slip(slip, by=cast.dewi, at=now, note="Kulit baik")
    page = desk.get(_url("slip", slip.pk)).content.decode()
    for text in (slip.code.rpartition("-")[0], "Alergi:", "penisilin", "Laser Rejuvenation"):
        assert text in page
    for text in ("Rp900.000", "Disetujui dokter", "Kulit baik", "disetujui Dewi", "Diterbitkan"):
        assert text in page
    assert customer.phone[3:] not in page.replace("-", "")


def test_the_page_hears_what_changed_and_is_quiet_otherwise(
    desk: Client, cast: Cast, slip_in: SlipIn, now: datetime
) -> None:
    slip = slip_in(at=now)
    first = desk.get(_url("slip_live", slip.pk))
    assert first.status_code == 200
    again = desk.get(_url("slip_live", slip.pk), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    actions.accept_slip(slip, by=cast.tari, at=now)
    after = desk.get(_url("slip_live", slip.pk), headers={"If-None-Match": first["ETag"]})
    assert after.status_code == 200
    assert "Diterima" in after.content.decode()
    Customer.objects.filter(pk=slip.customer_id).update(allergies="penisilin", version=2)
    later = desk.get(_url("slip_live", slip.pk), headers={"If-None-Match": after["ETag"]})
    assert "penisilin" in later.text


def test_a_scanned_code_opens_its_slip(
    cast: Cast, slip_in: SlipIn, sign_in: SignIn, now: datetime
) -> None:
    slip = slip_in(at=now)
    client = sign_in(cast.anna)

    def find(code: str) -> str:
        return client.get(reverse("treatments:find_slip"), {"code": code})["Location"]

    assert find(slip.code) == f"/slips/{slip.pk}/"
    assert find(f" {slip.code.lower()} ") == f"/slips/{slip.pk}/"
    for code in ("", "JKT-261399-001", "JKT-000000-999", "x" * 500, "'; drop table", "A001"):
        assert find(code) == "/slips/"
    assert "tidak ditemukan" in client.get("/slips/").content.decode()
    boris = sign_in(cast.boris)
    answer = boris.get(reverse("treatments:find_slip"), {"code": slip.code})
    assert answer["Location"] == "/slips/"


def test_the_reprint_is_noted_and_printed(desk: Client, slip_in: SlipIn, now: datetime) -> None:
    slip = slip_in(at=now)
    answer = desk.post(_url("slip_reprint", slip.pk))
    assert answer.status_code == 204
    assert f"/slips/{slip.pk}/print/" in answer["HX-Trigger"]
    assert slip.events.last().kind == SlipEventKind.PRINTED
    draft = slip_in(SlipState.DRAFT, at=now)
    answer = desk.post(_url("slip_reprint", draft.pk))
    assert answer.status_code == 409
    assert "terbitkan dulu" in answer["HX-Trigger"]
    assert desk.get(_url("slip_print", draft.pk)).status_code == 404


def test_a_draft_is_issued_from_its_row_or_says_why_not(
    desk: Client, cast: Cast, slip_in: SlipIn, now: datetime
) -> None:
    slip = slip_in(SlipState.DRAFT, at=now)
    answer = desk.post(_url("slip_issue", slip.pk))
    slip.refresh_from_db()
    assert (answer.status_code, slip.state) == (204, SlipState.ISSUED)
    assert slip.events.last().kind == SlipEventKind.PRINTED
    again = desk.post(_url("slip_issue", slip.pk))
    assert (again.status_code, again["HX-Reswap"]) == (409, "none")
    assert f"Slip {slip.code} sudah diterbitkan." in again["HX-Trigger"]


def test_without_htmx_a_deed_leads_to_the_slip(
    cast: Cast, slip_in: SlipIn, sign_in: SignIn, now: datetime
) -> None:
    slip = slip_in(at=now)
    client = sign_in(cast.anna)
    answer = client.post(_url("slip_cancel", slip.pk), {"reason": "Pulang"}, follow=True)
    assert answer.redirect_chain == [(f"/slips/{slip.pk}/", 302)]
    assert f"{slip.code} dibatalkan." in answer.content.decode()
    refused = client.post(_url("slip_issue", slip.pk), follow=True)
    assert f"Slip {slip.code} sudah batal." in refused.content.decode()


def test_the_dialogs_ask_refuse_and_do(
    desk: Client, cast: Cast, slip_in: SlipIn, laser: Treatment, now: datetime
) -> None:
    slip = slip_in(at=now)
    dialog = desk.get(_url("slip_pass_on", slip.pk)).content.decode()
    assert "Sekarang di tangan Tari." in dialog
    assert f'value="{cast.rara.pk}"' in dialog
    assert f'value="{cast.tari.pk}"' not in dialog

    refused = desk.post(_url("slip_pass_on", slip.pk), {"to": cast.rara.pk, "reason": " "})
    assert refused.status_code == 422
    assert "Tulis alasannya." in refused.content.decode()
    assert "<dialog" not in refused.content.decode()
    assert "checked" in refused.content.decode()

    for other in (cast.anna, cast.boris):
        refused = desk.post(_url("slip_pass_on", slip.pk), {"to": other.pk, "reason": "Penuh"})
        assert "Pilih beautician yang bertugas dari daftar." in refused.content.decode()

    done = desk.post(_url("slip_pass_on", slip.pk), {"to": cast.rara.pk, "reason": "Penuh"})
    assert done.status_code == 204
    assert "slips-changed" in done["HX-Trigger"]
    slip.refresh_from_db()
    assert (slip.state, slip.beautician) == (SlipState.PASSED_ON, cast.rara)

    only_tari = slip_in(at=now, treatments=[laser])
    refused = desk.post(_url("slip_pass_on", only_tari.pk), {"to": cast.rara.pk, "reason": "Penuh"})
    assert "Rara belum memegang Laser Rejuvenation." in refused.content.decode()


def test_a_finished_slip_says_why_it_cannot_be_cancelled(
    desk: Client, slip_in: SlipIn, now: datetime
) -> None:
    slip = slip_in(SlipState.DONE, at=now)
    page = desk.get(_url("slip_cancel", slip.pk)).content.decode()
    assert f"Slip {slip.code} sudah selesai." in page
    answer = desk.post(_url("slip_cancel", slip.pk), {"reason": "Salah"})
    assert answer.status_code == 422
    slip.refresh_from_db()
    assert slip.state == SlipState.DONE


def test_the_list_shows_a_day_and_is_narrowed_down(
    desk: Client, cast: Cast, slip_in: SlipIn, now: datetime, menteng: Branch
) -> None:
    rows = {state: slip_in(state, at=now) for state in (SlipState.DRAFT, SlipState.ISSUED)}
    rows[SlipState.CANCELLED] = slip_in(SlipState.CANCELLED, at=now)
    rows[SlipState.PASSED_ON] = slip_in(SlipState.PASSED_ON, at=now)

    def shown(**wanted: object) -> list[Slip]:
        return desk.get(_url("slips"), wanted).context["slips"]

    everything = shown()
    assert set(everything) == set(rows.values())
    assert everything[0] == rows[SlipState.DRAFT]
    assert shown(state="open") == [rows[SlipState.PASSED_ON], rows[SlipState.ISSUED]]
    assert shown(state="cancelled") == [rows[SlipState.CANCELLED]]
    assert shown(beautician=cast.rara.pk) == [rows[SlipState.PASSED_ON]]
    assert shown(on=(menteng.business_date(now) - timedelta(days=1)).strftime("%d/%m/%Y")) == []
    assert len(shown(on="99/99/9999", state="nonsense", beautician="0")) == 4
    context = desk.get(_url("slips")).context
    assert (context["counted"], context["minutes"], context["total"]) == (3, 180, 1_050_000)


@pytest.mark.parametrize("name", ["slips", "slip"])
def test_a_page_asks_as_much_for_many_rows_as_for_one(
    name: str, desk: Client, cast: Cast, slip_in: SlipIn, now: datetime, queries_of: Callable
) -> None:
    slip = slip_in(at=now)
    address = _url(name) if name == "slips" else _url(name, slip.pk)
    few = queries_of(lambda: desk.get(address))
    for _ in range(19):
        if name == "slips":
            slip_in(at=now)
        actions.note_printed(slip, by=cast.bela, at=now)
    assert queries_of(lambda: desk.get(address)) == few


@pytest.mark.parametrize("paper", ["58", "80", "a5"])
def test_what_is_printed_is_enough_in_the_room_and_no_more(
    paper: str,
    desk: Client,
    cast: Cast,
    visit: Visit,
    laser: Treatment,
    facial: Treatment,
    now: datetime,
) -> None:
    slip = actions.create_slip(
        visit,
        treatments=[facial, laser],
        beautician=cast.tari,
        note="Kulit kering",
        by=cast.anna,
        at=now,
    )
    actions.issue_slip(slip, by=cast.anna, at=now)
    answer = desk.get(_url("slip_print", slip.pk), {"paper": paper})
    page = answer.content.decode()
    assert f'data-paper="{paper}"' in page
    for text in ("Kak Maria Goretti", "ALERGI: penisilin", "Klinik Seruni", "Menteng", "WIB"):
        assert text in page
    assert visit.queue_code in page
    for text in ("Tari", "Kulit kering", "105 mnt", "Rp1.250.000", "menunggu persetujuan dokter"):
        assert text in page
    assert str(qr.svg(slip.code)) in page
    assert visit.customer.phone[3:] not in page.replace("-", "")
    assert "style=" not in page

    actions.approve_slip(slip, by=cast.dewi, at=now)
    assert "* Disetujui Dewi" in desk.get(_url("slip_print", slip.pk)).content.decode()


def test_the_paper_is_the_branchs_unless_asked_otherwise(
    desk: Client, slip_in: SlipIn, now: datetime, menteng: Branch
) -> None:
    slip = slip_in(at=now)
    Branch.objects.filter(pk=menteng.pk).update(paper="58")
    for wanted, paper in (("", "58"), ("80", "80"), ("letter", "58")):
        page = desk.get(_url("slip_print", slip.pk), {"paper": wanted}).content.decode()
        assert f'data-paper="{paper}"' in page


def test_times_on_paper_are_those_of_the_slips_branch(
    cast: Cast, jayapura: Branch, slip_in: SlipIn, sign_in: SignIn
) -> None:
    at = datetime.fromisoformat("2026-11-22T10:00:00+07:00")
    slip = slip_in(at=at)
    # The chain's administrator stands in Jayapura, two hours ahead.
    client = sign_in(cast.citra)
    session = client.session
    session["branch"] = jayapura.pk
    session.save()
    assert "10.00 WIB" in client.get(_url("slip_print", slip.pk)).content.decode()
