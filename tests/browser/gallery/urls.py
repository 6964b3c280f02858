"""Every component on pages of its own, for the tests and for looking at; no part of the product."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from django.utils import timezone

from frontdesk.form_fields import DayField, DayInput, RupiahField

HERE = Path(__file__).parent
DEEDS: list[str] = []
STATE = {"etag": '"1"', "broken": False}
SWATCHES = [
    ("waiting", "Menunggu"),
    ("called", "Dipanggil"),
    ("serving", "Dirawat"),
    ("held", "Ditunda"),
    ("to_pay", "Siap bayar"),
    ("done", "Selesai"),
    ("no_show", "Tidak hadir"),
    ("left", "Pulang"),
    ("cancelled", "Batal"),
    ("draft", "Draf"),
    ("issued", "Diterbitkan"),
    ("accepted", "Diterima"),
    ("in_progress", "Dikerjakan"),
    ("passed_on", "Dialihkan"),
    ("recapped", "Direkap"),
    ("to_approve", "Menunggu dokter"),
    ("planned", "Terjadwal"),
    ("sent", "Terkirim"),
    ("delivered", "Sampai"),
    ("failed", "Gagal"),
]


class GalleryForm(forms.Form):
    phone = forms.CharField(
        label="Nomor telepon",
        help_text="Kami kirim pengingat jadwal kontrol ke nomor ini.",
        error_messages={"required": "Masukkan nomor HP 9–14 angka, misalnya 0812 3456 7890"},
        widget=forms.TextInput(attrs={"class": "width-phone", "inputmode": "tel"}),
    )
    name = forms.CharField(label="Nama lengkap")
    born = DayField(
        label="Tanggal lahir",
        is_past=True,
        required=False,
        widget=DayInput(quick_fills=["hari ini", "kemarin"]),
    )
    price = RupiahField(label="Harga")
    purpose = forms.ChoiceField(
        label="Keperluan",
        choices=[("t", "Perawatan"), ("c", "Konsultasi dokter"), ("p", "Beli produk")],
        widget=forms.RadioSelect,
    )
    extras = forms.MultipleChoiceField(
        label="Perlu disiapkan",
        choices=[("w", "Kursi roda"), ("d", "Minuman"), ("i", "Juru bahasa isyarat")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    branch = forms.ChoiceField(label="Cabang", choices=[("1", "Menteng"), ("2", "Jayapura")])
    agree = forms.BooleanField(label="Boleh dikirimi pengingat lewat WhatsApp", required=False)
    note = forms.CharField(
        label="Catatan", widget=forms.Textarea(attrs={"rows": 3}), required=False
    )


def show(request: HttpRequest, page: str, **context: Any) -> HttpResponse:
    template = engines["django"].from_string((HERE / f"{page}.html").read_text())
    now = timezone.now()
    context |= {
        "states": SWATCHES,
        "now": now,
        "joined": now - timedelta(minutes=12),
        "promised": now - timedelta(minutes=6),
        "later": now + timedelta(minutes=10),
        "count": len(DEEDS),
        "etag": STATE["etag"],
    }
    return HttpResponse(template.render(context, request))


def form(request: HttpRequest) -> HttpResponse:
    filled = GalleryForm(request.POST or None)
    status = 422 if request.method == "POST" and not filled.is_valid() else 200
    response = show(request, "form", form=filled)
    response.status_code = status
    return response


def print_page(request: HttpRequest, paper: str) -> HttpResponse:
    return show(request, "print", paper=paper)


def deed(request: HttpRequest) -> HttpResponse:
    DEEDS.append(request.POST.get("what", "press"))
    answer = HttpResponse(f"<p id='answer'>{len(DEEDS)}</p>")
    answer["HX-Trigger"] = json.dumps({"status": "A-012 dipanggil"})
    return answer


def refuse(request: HttpRequest) -> HttpResponse:
    return HttpResponse("no", status=int(request.GET.get("status", "403")))


def poll(request: HttpRequest) -> HttpResponse:
    if STATE["broken"]:
        return HttpResponse(status=503)
    if request.headers.get("If-None-Match") == STATE["etag"]:
        return HttpResponse(status=304, headers={"ETag": str(STATE["etag"])})
    rows = f"<p id='polled' data-version='{STATE['etag']}' data-slip-count='2'>{STATE['etag']}</p>"
    return HttpResponse(rows.replace('"', ""), headers={"ETag": str(STATE["etag"])})


def search(request: HttpRequest) -> HttpResponse:
    return show(request, "results", text=request.POST.get("q", ""))


def page_view(name: str) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        return show(request, name)

    return view


# The product stands behind; a few of its addresses lead back here, to see that a key works.
urlpatterns = [
    path("gallery/form/", form),
    path("gallery/print/<str:paper>/", print_page),
    *[path(f"gallery/{n}/", page_view(n)) for n in ("counter", "page", "touch", "plain", "report")],
    path("gallery/deed/", deed, name="deed"),
    path("gallery/refuse/", refuse),
    path("gallery/poll/", poll),
    path("search/", search),
    path("visits/new/", page_view("page")),
    path("staff/lock/", deed),
    path("", include("frontdesk.urls")),
]
