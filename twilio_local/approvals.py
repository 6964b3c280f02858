"""The page on which a person is WhatsApp and decides about each template."""

import re
from html import escape
from urllib.parse import quote

from twilio_local import content
from twilio_local.codes import ApiError
from twilio_local.phone import page
from twilio_local.store import Store
from twilio_local.wire import Request, Response

# As the provider names them; in words, and how they look.
STATUSES = {
    "approved": ("Disetujui", ""),
    "pending": ("Menunggu", "waits"),
    "rejected": ("Ditolak", "held"),
    "paused": ("Dijeda", "held"),
    "disabled": ("Dimatikan", "held"),
}
CATEGORIES = {"UTILITY": "Layanan", "MARKETING": "Promo", "AUTHENTICATION": "Kode"}
NEEDS_REASON = "rejected"
# What WhatsApp answers most often.
USUAL_REASON = "INVALID_FORMAT"
LONGEST_REASON = 300
SID = re.compile(r"HX[0-9a-f]{32}")
ABOUT = (
    "Di sini Anda menjadi WhatsApp: putusan Anda dilihat klinik dalam satu menit. Pesan dari"
    " templat yang tidak disetujui ditahan di sana, dengan alasannya."
)


class Approvals:
    def __init__(self, store: Store) -> None:
        self.store = store

    def answer(self, request: Request) -> Response:
        sid = request.path.removeprefix("/templates").strip("/")
        if request.method == "POST" and SID.fullmatch(sid):
            return self._decide(sid, request.form)
        if request.method == "GET" and not sid:
            return self._list()
        return page("Tidak ada", "<main class='frame'><p>Halaman ini tidak ada.</p></main>", 404)

    def _decide(self, sid: str, form: dict[str, str]) -> Response:
        status = form.get("status", "")
        try:
            content.template(self.store, sid)
        except ApiError:
            status = ""
        if status not in STATUSES:
            text = "<main class='frame'><p>Templat atau putusan ini tidak ada.</p></main>"
            return page("Tidak ada", text, 404)
        reason = form.get("reason", "").strip()[:LONGEST_REASON]
        content.decide(
            self.store, sid, status, (reason or USUAL_REASON) if status == NEEDS_REASON else ""
        )
        return Response(status=303, headers={"Location": f"/templates#{sid}"})

    def _list(self) -> Response:
        rows = self.store.rows(
            "SELECT sid FROM content ORDER BY created DESC, rowid DESC LIMIT 200"
        )
        items = "".join(self._item(row["sid"]) for row in rows)
        if not items:
            items = "<li class='empty'>Klinik belum mendaftarkan templat.</li>"
        body = (
            "<main class='frame phone wide'><header class='top'>"
            "<a class='back' href='/' aria-label='Semua ponsel'>‹</a>"
            "<div><h1>Persetujuan templat</h1><p>WhatsApp membaca tiap templat</p></div></header>"
            f"<p class='notice'>{ABOUT}</p><ul class='templates'>{items}</ul></main>"
        )
        return page("Persetujuan templat", body)

    def _item(self, sid: str) -> str:
        one = content.template(self.store, sid)
        words, look = STATUSES[one["status"]]
        category = CATEGORIES.get(one["category"], one["category"])
        reason = f" · {escape(one['reason'])}" if one["reason"] else ""
        stand = f"<span class='stand {look}'>{words}{reason}</span>"
        options = "".join(
            f"<option value='{name}'{' selected' if name == one['status'] else ''}>{label}</option>"
            for name, (label, _look) in STATUSES.items()
        )
        return (
            f"<li id='{sid}'><h2>{escape(one['friendly_name'])}</h2>"
            f"<p class='kind'>{escape(category)} · {stand}</p>"
            f"<p class='text'>{escape(content.text(one))}</p>"
            f"<form class='decide' method='post' action='/templates/{quote(sid)}'>"
            f"<label>Putusan <select name='status'>{options}</select></label>"
            f"<label class='why'>Alasan bila ditolak <input name='reason'"
            f" maxlength='{LONGEST_REASON}' value='{escape(one['reason'])}'"
            f" placeholder='{USUAL_REASON}'></label><button>Putuskan</button></form></li>"
        )
