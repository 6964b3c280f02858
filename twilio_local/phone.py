"""The phone pages: what a customer would see, and a box to answer. All text is escaped here."""

import hashlib
import json
import re
import sqlite3
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from html import escape
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from twilio_local.delivery import Delivery
from twilio_local.media import MOST_BYTES, PICTURES, form_with_files
from twilio_local.messages import E164, WHATSAPP
from twilio_local.settings import Settings
from twilio_local.store import Store
from twilio_local.wire import Request, Response

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
MONTHS = [
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli"),
    *("Agustus", "September", "Oktober", "November", "Desember"),
]
CHANNELS = {"whatsapp": "WhatsApp", "sms": "SMS"}
# Status as the clinic is told: the sign, its words, its class.
TICKS = {
    "accepted": ("◷", "Menunggu dikirim", "wait"),
    "scheduled": ("◷", "Dijadwalkan", "wait"),
    "queued": ("◷", "Menunggu dikirim", "wait"),
    "sending": ("◷", "Sedang dikirim", "wait"),
    "sent": ("✓", "Terkirim", "sent"),
    "delivered": ("✓✓", "Sampai", "sent"),
    "read": ("✓✓", "Dibaca", "read"),
    "received": ("✓", "Terkirim", "sent"),
    "undelivered": ("✕", "Tidak sampai", "bad"),
    "failed": ("✕", "Gagal dikirim", "bad"),
    "canceled": ("✕", "Dibatalkan", "bad"),
}
NOTICE = (
    "Ponsel peraga. Tidak ada pesan yang benar-benar dikirim: semuanya tinggal di komputer ini."
)
ATTACHED = "Lampiran"
SHOWN_PHONES = 60
SHOWN_MESSAGES = 200
LOOKED_BACK = 5000
LINK = re.compile(r"https?://[^\s<>\"']+")
MARKED = ((re.compile(r"(?<!\w)\*(\S(?:[^*\n]*\S)?)\*(?!\w)"), "strong"),
          (re.compile(r"(?<!\w)_(\S(?:[^_\n]*\S)?)_(?!\w)"), "em"))  # fmt: skip


class Phones:
    def __init__(
        self, store: Store, settings: Settings, delivery: Delivery, zone: ZoneInfo
    ) -> None:
        self.store = store
        self.settings = settings
        self.delivery = delivery
        self.zone = zone

    def answer(self, request: Request) -> Response:
        parts = request.path.strip("/").split("/")
        if parts == [""]:
            return self._list(request)
        if len(parts) < 2 or not E164.fullmatch(parts[1]):
            return page(
                "Tidak ada", "<main class='frame'><p>Halaman ini tidak ada.</p></main>", 404
            )
        phone, rest = parts[1], parts[2:]
        if rest == ["reply"] and request.method == "POST":
            return self._reply(phone, request)
        if request.method == "GET" and len(rest) == 2 and rest[0] == "media":
            return self._file(phone, rest[1])
        if request.method != "GET" or rest not in ([], ["messages"]):
            return page(
                "Tidak ada", "<main class='frame'><p>Halaman ini tidak ada.</p></main>", 404
            )
        chosen = request.query.get("channel", "")
        channel = chosen if chosen in CHANNELS else self._last_channel(phone)
        return self._conversation(request, phone, channel, fragment=bool(rest))

    # The list of phones --------------------------------------------------------------------------

    def _list(self, request: Request) -> Response:
        asked = request.query.get("q", "").strip()[:60]
        rows = self._found(asked) if asked else self._newest()
        items = "".join(self._list_item(row) for row in rows)
        if not items:
            text = "Belum ada pesan." if not asked else "Tidak ada ponsel yang cocok."
            items = f"<li class='empty'>{text}{_open_link(asked)}</li>"
        inner = f"<ul class='phones'>{items}</ul>"
        if request.query.get("fragment"):
            return _conditional(request, inner)
        query = urlencode({"q": asked, "fragment": "1"}) if asked else "fragment=1"
        body = (
            f"<main class='frame'><header class='top'><div class='row'><h1>Ponsel pelanggan</h1>"
            f"<a class='to' href='/templates'>Persetujuan templat</a></div>"
            f"<p class='notice'>{NOTICE}</p>"
            f"<form class='search' role='search' method='get' action='/'>"
            f"<label class='hidden' for='q'>Cari nomor atau isi pesan</label>"
            f"<input id='q' name='q' type='search' value='{escape(asked)}'"
            f" placeholder='Cari nomor atau isi pesan' autocomplete='off'>"
            f"<button>Cari</button></form></header>"
            f"<div data-poll='/?{escape(query)}'>{inner}</div></main>"
        )
        return page("Ponsel pelanggan", body)

    def _newest(self) -> list[sqlite3.Row]:
        return self.store.rows(
            "SELECT m.* FROM message m JOIN (SELECT max(id) AS id FROM"
            " (SELECT id, phone FROM message ORDER BY id DESC LIMIT ?) GROUP BY phone) last"
            " USING (id) ORDER BY m.id DESC LIMIT ?",
            (LOOKED_BACK, SHOWN_PHONES),
        )

    def _found(self, asked: str) -> list[sqlite3.Row]:
        digits = re.sub(r"\D", "", asked)
        digits = digits.removeprefix("0") if digits.startswith("0") else digits
        like = "%" + re.sub(r"([%_\\])", r"\\\1", asked) + "%"
        return self.store.rows(
            "SELECT m.* FROM message m JOIN (SELECT max(id) AS id FROM message"
            " WHERE (? != '' AND phone LIKE ?) OR body LIKE ? ESCAPE '\\'"
            " GROUP BY phone) last USING (id) ORDER BY m.id DESC LIMIT ?",
            (digits, f"%{digits}%", like, SHOWN_PHONES),
        )

    def _list_item(self, row: sqlite3.Row) -> str:
        who = "Anda: " if row["direction"] == "inbound" else ""
        return (
            f"<li><a href='/phone/{quote(row['phone'])}'>"
            f"<span class='face' aria-hidden='true'>{escape(row['phone'][-2:])}</span>"
            f"<span class='number'>{_spaced(row['phone'])}</span>"
            f"<time>{self._when(row['created'])}</time>"
            f"<span class='last'>{escape(who + (row['body'][:120] or ATTACHED))}</span></a></li>"
        )

    # One conversation ----------------------------------------------------------------------------

    def _conversation(
        self, request: Request, phone: str, channel: str, *, fragment: bool
    ) -> Response:
        if self.settings.read == "viewed" and channel == "whatsapp":
            self.delivery.mark_read(phone)
        rows = self._rows(phone, channel)
        inner = self._bubbles(rows, phone)
        if fragment:
            return _conditional(request, inner)
        business = self._business(rows, channel)
        number = _spaced(business.removeprefix(WHATSAPP))
        tabs = self._tabs(phone, channel)
        source = f"/phone/{quote(phone)}/messages?channel={channel}"
        body = (
            f"<main class='frame phone {channel}'><header class='top'>"
            f"<a class='back' href='/' aria-label='Semua ponsel'>‹</a>"
            f"<div><h1>{number}</h1><p>{CHANNELS[channel]} di ponsel {_spaced(phone)}</p></div>"
            f"</header>{tabs}<p class='notice'>{NOTICE} Centang ialah status yang diberitahukan ke"
            f" klinik.</p><div class='talk' data-poll='{source}' tabindex='0' role='log'"
            f" aria-label='Percakapan'>{inner}</div>"
            f"{self._reply_form(phone, channel)}</main>"
        )
        return page(f"Ponsel {phone}", body)

    def _rows(self, phone: str, channel: str) -> list[sqlite3.Row]:
        sign = "" if channel == "whatsapp" else "NOT "
        rows = self.store.rows(
            f"SELECT * FROM message WHERE phone = ? AND {sign}"  # noqa: S608
            "(to_addr LIKE 'whatsapp:%') ORDER BY id DESC LIMIT ?",
            (phone, SHOWN_MESSAGES),
        )
        return rows[::-1]

    def _business(self, rows: Sequence[sqlite3.Row], channel: str) -> str:
        """Whom the customer answers: the clinic's address of the last message."""
        for row in reversed(rows):
            return str(row["to_addr"] if row["direction"] == "inbound" else row["from_addr"])
        whatsapp = channel == "whatsapp"
        return self.settings.default_whatsapp_from if whatsapp else self.settings.default_sms_from

    def _last_channel(self, phone: str) -> str:
        row = self.store.row(
            "SELECT to_addr FROM message WHERE phone = ? ORDER BY id DESC LIMIT 1", (phone,)
        )
        return "sms" if row and not row["to_addr"].startswith(WHATSAPP) else "whatsapp"

    def _tabs(self, phone: str, channel: str) -> str:
        row = self.store.row(
            "SELECT count(DISTINCT to_addr LIKE 'whatsapp:%') AS many FROM message WHERE phone = ?",
            (phone,),
        )
        if not row or row["many"] < 2:
            return ""
        links = "".join(
            f"<a href='/phone/{quote(phone)}?channel={name}'"
            f"{' aria-current=page' if name == channel else ''}>{words}</a>"
            for name, words in CHANNELS.items()
        )
        return f"<nav class='tabs' aria-label='Saluran'>{links}</nav>"

    def _bubbles(self, rows: Sequence[sqlite3.Row], phone: str) -> str:
        if not rows:
            return "<p class='empty'>Belum ada pesan.</p>"
        parts: list[str] = []
        day: date | None = None
        with_files = [row["sid"] for row in rows if row["num_media"]]
        files = self.delivery.shelf.of(with_files)
        for row in rows:
            at = datetime.fromtimestamp(row["created"], self.zone)
            if at.date() != day:
                day = at.date()
                parts.append(f"<p class='day'><span>{self._day(day)}</span></p>")
            parts.append(self._bubble(row, at, files.get(row["sid"], ())))
        last = rows[-1]
        if last["buttons"] and last["direction"] != "inbound":
            parts.append(_quick_replies(phone, json.loads(last["buttons"])))
        return "".join(parts)

    def _bubble(self, row: sqlite3.Row, at: datetime, files: Sequence[sqlite3.Row]) -> str:
        mine = row["direction"] == "inbound"
        sign, words, kind = TICKS.get(row["status"], ("◷", row["status"], "wait"))
        if row["error_code"]:
            words = f"{words} ({row['error_code']})"
        who = "Anda" if mine else "Klinik"
        shown = (
            f" {escape(words)}" if kind == "bad" else f"<span class='hidden'>{escape(words)}</span>"
        )
        return (
            f"<article class='bubble {'mine' if mine else 'theirs'} {kind}'>"
            f"<h2 class='hidden'>{who}</h2>{self._attached(row['phone'], files)}"
            f"{words_of(row['body'])}"
            f"<footer><time datetime='{at.isoformat()}'>{at:%H.%M}</time>"
            f" <span class='tick {kind}' title='{escape(words)}'>"
            f"<span aria-hidden='true'>{sign}</span>{shown}</span></footer></article>"
        )

    @staticmethod
    def _attached(phone: str, files: Sequence[sqlite3.Row]) -> str:
        parts = []
        for file in files:
            address = f"/phone/{quote(phone)}/media/{file['sid']}"
            if file["content_type"] in PICTURES:
                parts.append(
                    f"<a href='{address}'><img class='picture' src='{address}'"
                    f" alt='Gambar yang dikirim' loading='lazy'></a>"
                )
            else:
                kind = escape(file["content_type"])
                parts.append(f"<p><a href='{address}' download>{ATTACHED} ({kind})</a></p>")
        return "".join(parts)

    def _file(self, phone: str, sid: str) -> Response:
        """Only pictures are shown here; nothing in any file is ever run."""
        row = self.store.row(
            "SELECT content_type FROM media JOIN message ON message.sid = message_sid"
            " WHERE media.sid = ? AND phone = ?",
            (sid, phone),
        )
        if row is None:
            return Response(b"", 404, "text/plain")
        way = "inline" if row["content_type"] in PICTURES else "attachment"
        alone = {"Content-Security-Policy": "default-src 'none'; sandbox"}
        headers = HEADERS | alone | {"Content-Disposition": way}
        return self.delivery.shelf.file(sid, headers=headers)

    def _reply_form(self, phone: str, channel: str) -> str:
        if channel == "sms":
            return "<p class='oneway'>SMS ini satu arah dan tidak dapat dibalas.</p>"
        return (
            f"<form class='reply' method='post' enctype='multipart/form-data'"
            f" action='/phone/{quote(phone)}/reply'>"
            f"<label class='attach' title='Lampirkan gambar atau berkas'>"
            f"<span aria-hidden='true'>+</span><span class='hidden'>Lampirkan gambar atau berkas"
            f"</span><input class='hidden' type='file' name='file' data-file></label>"
            f"<label class='hidden' for='body'>Balasan</label>"
            f"<input id='body' name='body' maxlength='1600' autocomplete='off'"
            f" placeholder='Tulis balasan' autofocus>"
            f"<button aria-label='Kirim balasan'>➤</button></form>"
        )

    def _reply(self, phone: str, request: Request) -> Response:
        form, files = form_with_files(request)
        body, upload = form.get("body", "").strip()[:1600], files.get("file")
        if upload and len(upload.content) > MOST_BYTES:
            text = "WhatsApp tidak menerima berkas di atas 16 MB."
            return page("Terlalu besar", f"<main class='frame'><p>{text}</p></main>", 413)
        if body or upload:
            self.delivery.receive(
                phone=phone,
                business=self._business(self._rows(phone, "whatsapp"), "whatsapp"),
                body=body,
                name=f"Ponsel {phone[-4:]}",
                button=form.get("button") == "1",
                upload=upload,
            )
        return Response(status=303, headers={"Location": f"/phone/{quote(phone)}?channel=whatsapp"})

    # Times ---------------------------------------------------------------------------------------

    def _when(self, at: float) -> str:
        moment = datetime.fromtimestamp(at, self.zone)
        day = self._day(moment.date())
        return f"{moment:%H.%M}" if day == "Hari ini" else day

    def _day(self, day: date) -> str:
        today = datetime.fromtimestamp(time.time(), self.zone).date()
        if day == today:
            return "Hari ini"
        if day == today - timedelta(days=1):
            return "Kemarin"
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def words_of(body: str) -> str:
    return f"<p>{formatted(body)}</p>" if body else ""


def formatted(text: str) -> str:
    """WhatsApp's *bold* and _italic_, addresses as links, lines kept; everything else escaped."""
    parts: list[str] = []
    end = 0
    for link in LINK.finditer(text):
        parts.append(_marked(text[end : link.start()]))
        address = escape(link[0])
        parts.append(f"<a href='{address}' rel='noopener noreferrer' target='_blank'>{address}</a>")
        end = link.end()
    parts.append(_marked(text[end:]))
    return "".join(parts).replace("\n", "<br>")


def _marked(text: str) -> str:
    safe = escape(text)
    for pattern, tag in MARKED:
        safe = pattern.sub(rf"<{tag}>\1</{tag}>", safe)
    return safe


def _quick_replies(phone: str, titles: Sequence[str]) -> str:
    buttons = "".join(
        f"<button name='body' value='{escape(title)}'>{escape(title)}</button>" for title in titles
    )
    return (
        f"<form class='quick' method='post' action='/phone/{quote(phone)}/reply'>"
        f"<input type='hidden' name='button' value='1'>{buttons}</form>"
    )


def _open_link(asked: str) -> str:
    digits = re.sub(r"\D", "", asked)
    number = "+" + (f"62{digits[1:]}" if digits.startswith("0") else digits)
    if not E164.fullmatch(number):
        return ""
    return f" <a href='/phone/{quote(number)}'>Buka ponsel {_spaced(number)}</a>"


def _spaced(number: str) -> str:
    """+6281234567890 as people read it: +62 812-3456-7890. Names stay."""
    if not number.startswith("+62"):
        return escape(number)
    rest = number[3:]
    groups = "-".join(part for part in (rest[:3], rest[3:7], rest[7:]) if part)
    return escape(f"+62 {groups}")


def page(title: str, body: str, status: int = 200) -> Response:
    text = (
        "<!doctype html><html lang='id'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(title)} · peraga</title><link rel='icon' href='/static/phone.svg'>"
        "<link rel='stylesheet' href='/static/phone.css'>"
        "<script src='/static/phone.js' defer></script></head>"
        f"<body>{body}</body></html>"
    )
    return Response(text.encode(), status, "text/html; charset=utf-8", {**HEADERS})


def _conditional(request: Request, inner: str) -> Response:
    body = inner.encode()
    etag = f'"{hashlib.sha1(body, usedforsecurity=False).hexdigest()}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status=304, headers={"ETag": etag, **HEADERS})
    return Response(body, 200, "text/html; charset=utf-8", {"ETag": etag, **HEADERS})


HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
