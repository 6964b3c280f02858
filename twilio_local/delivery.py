"""The life of a message after it was taken; each step is told by a callback."""

import asyncio
import heapq
import itertools
import sqlite3
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from twilio_local import codes
from twilio_local.media import Shelf, Upload
from twilio_local.messages import WHATSAPP, Draft, new_sid
from twilio_local.settings import Settings
from twilio_local.store import Store
from twilio_local.webhooks import Sender, Webhook

STOP_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
START_WORDS = {"START", "YES", "UNSTOP"}
HOUR = 3600.0


@dataclass(slots=True)
class Passage:
    """A message on its way, with its steps ahead: (status, seconds after the last one, error)."""

    row_id: int
    sid: str
    to: str
    sender: str
    service: str | None
    callback: str | None
    expires: float
    steps: list[tuple[str, float, int | None]]
    over: bool = False


class Delivery:
    def __init__(self, store: Store, settings: Settings, sender: Sender, shelf: Shelf) -> None:
        self.store = store
        self.settings = settings
        self.sender = sender
        self.shelf = shelf
        self.account_sid = shelf.account_sid
        # When, a number that keeps the order, what.
        self.heap: list[tuple[float, int, Passage]] = []
        self.numbers = itertools.count()
        self.on_the_way: dict[str, Passage] = {}
        self.free_at: defaultdict[str, float] = defaultdict(float)
        self.timer: asyncio.TimerHandle | None = None
        self.running = False

    def check_room(self, new: Draft) -> None:
        """Refuse what would wait longer than Twilio queues for a sender."""
        hours = (
            self.settings.whatsapp_queue_hours if new.whatsapp else self.settings.sms_queue_hours
        )
        if self._mps(new.to) and self.free_at[new.sender] - time.time() > hours * HOUR:
            raise codes.QUEUE_FULL

    def start(self, row_id: int, values: dict[str, Any], new: Draft) -> None:
        passage = Passage(
            row_id=row_id,
            sid=values["sid"],
            to=new.to,
            sender=new.sender,
            service=new.service,
            callback=new.callback,
            expires=new.expires,
            steps=self._steps(new.to, new.fails_with),
        )
        first = new.send_at or self._turn(new.sender, new.to) + passage.steps[0][1]
        self._put(passage, first)

    def resume(self) -> None:
        """After a restart: go on with what was on its way."""
        for row in self.store.unfinished():
            code = codes.scripted_code(row["phone"]) if self.settings.scripted_numbers else None
            steps = self._steps(row["to_addr"], code)
            names = [status for status, _, _ in steps]
            left = steps[names.index(row["status"]) + 1 :] if row["status"] in names else steps
            if left:
                self._put(self._passage(row, left), time.time() + left[0][1])

    def _passage(self, row: sqlite3.Row, steps: list[tuple[str, float, int | None]]) -> Passage:
        return Passage(
            row_id=row["id"],
            sid=row["sid"],
            to=row["to_addr"],
            sender=row["from_addr"],
            service=row["service"],
            callback=row["callback"],
            expires=row["expires"] or time.time() + HOUR,
            steps=list(steps),
        )

    def _steps(self, to: str, fails_with: int | None) -> list[tuple[str, float, int | None]]:
        settings = self.settings
        sent, delivered = settings.sent_ms / 1000, settings.delivered_ms / 1000
        if fails_with in codes.FAILED_LATER:
            status = codes.FAILED_LATER[fails_with][0]
            if status == "failed":
                return [("failed", sent, fails_with)]
            return [("sent", sent, None), ("undelivered", delivered, fails_with)]
        if fails_with == codes.NEVER_CONFIRMED:
            return [("sent", sent, None)]
        steps: list[tuple[str, float, int | None]] = [
            ("sent", sent, None),
            ("delivered", delivered, None),
        ]
        if to.startswith(WHATSAPP) and settings.read == "auto":
            steps.append(("read", settings.read_ms / 1000, None))
        return steps

    def _mps(self, to: str) -> float:
        whatsapp = to.startswith(WHATSAPP)
        return self.settings.whatsapp_mps if whatsapp else self.settings.sms_mps

    def _turn(self, sender: str, to: str) -> float:
        """When the sender's rate lets this message out."""
        now, mps = time.time(), self._mps(to)
        if not mps:
            return now
        turn = max(now, self.free_at[sender])
        self.free_at[sender] = turn + 1 / mps
        return turn

    def _put(self, passage: Passage, at: float) -> None:
        self.on_the_way[passage.sid] = passage
        heapq.heappush(self.heap, (at, next(self.numbers), passage))
        if not self.running and self.heap[0][2] is passage:
            self._arm()

    def _arm(self) -> None:
        if self.timer:
            self.timer.cancel()
        wait = max(0.005, self.heap[0][0] - time.time())
        self.timer = asyncio.get_running_loop().call_later(wait, self._run)

    def _run(self) -> None:
        self.timer, self.running = None, True
        now = time.time()
        while self.heap and self.heap[0][0] <= now:
            self._step(heapq.heappop(self.heap)[2], now)
        self.running = False
        if self.heap:
            self._arm()

    def _step(self, passage: Passage, now: float) -> None:
        if passage.over:
            return
        status, _, code = passage.steps.pop(0)
        if status == "sent" and now > passage.expires:
            status, code, passage.steps = "failed", 30036, []
        self._set(passage, status, code)
        if passage.steps:
            self._put(passage, now + passage.steps[0][1])
        else:
            self.on_the_way.pop(passage.sid, None)

    def _set(self, passage: Passage, status: str, code: int | None) -> None:
        text = codes.FAILED_LATER[code][1] if code else None
        price = self._price(passage.to) if status == "sent" else None
        self.store.set_status(passage.row_id, status, code=code, text=text, price=price)
        if passage.callback:
            self.sender.add_status(Webhook(passage.callback, self._params(passage, status, code)))

    def _price(self, to: str) -> float:
        whatsapp = to.startswith(WHATSAPP)
        return self.settings.whatsapp_price if whatsapp else self.settings.sms_price

    def _params(self, passage: Passage, status: str, code: int | None) -> dict[str, str]:
        params = {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "From": passage.sender,
            "MessageSid": passage.sid,
            "MessageStatus": status,
            "SmsSid": passage.sid,
            "SmsStatus": status,
            "To": passage.to,
        }
        if passage.service:
            params["MessagingServiceSid"] = passage.service
        if code:
            params["ErrorCode"] = str(code)
        if passage.to.startswith(WHATSAPP):
            params["ChannelPrefix"] = "whatsapp"
            params["ChannelToAddress"] = passage.to.removeprefix(WHATSAPP)
            params["StructuredMessage"] = "false"
            if status in ("read", "delivered"):
                params["EventType"] = status.upper()
        return params

    def cancel(self, sid: str) -> bool:
        row = self.store.message(sid)
        if row is None or row["status"] not in ("accepted", "queued", "scheduled"):
            return False
        passage = self.on_the_way.pop(sid, None) or self._passage(row, [])
        passage.over = True
        self._set(passage, "canceled", None)
        return True

    def mark_read(self, phone: str) -> None:
        """The conversation was opened on the phone."""
        rows = self.store.rows(
            "SELECT * FROM message WHERE phone = ? AND status = 'delivered'"
            " AND to_addr LIKE 'whatsapp:%' ORDER BY id",
            (phone,),
        )
        for row in rows:
            if row["sid"] not in self.on_the_way:
                self._set(self._passage(row, []), "read", None)

    def receive(
        self,
        *,
        phone: str,
        business: str,
        body: str,
        name: str,
        button: bool,
        upload: Upload | None = None,
    ) -> str:
        """The customer writes, or sends a file with or without words."""
        whatsapp = business.startswith(WHATSAPP)
        now, sid = time.time(), new_sid("MM" if upload else "SM")
        sender = WHATSAPP + phone if whatsapp else phone
        self.store.add_message(
            {
                "sid": sid,
                "direction": "inbound",
                "to_addr": business,
                "from_addr": sender,
                "phone": phone,
                "body": body,
                "segments": 1,
                "status": "received",
                "created": now,
                "updated": now,
                "sent": now,
            }
        )
        media = self.shelf.keep(sid, upload) if upload else ""
        if upload:
            self.store.set_media(sid, 1)
        if not whatsapp or self.settings.whatsapp_stop:
            self._obey(phone, body)
        if self.settings.inbound_url:
            params = self._inbound_params(sid, sender, business, body)
            if whatsapp:
                params |= {
                    "ProfileName": name,
                    "WaId": phone.removeprefix("+"),
                    "ChannelMetadata": "{}",
                }
            if button:
                params |= {"ButtonText": body, "ButtonPayload": body, "MessageType": "button"}
            if upload:
                params |= {
                    "MessageType": upload.kind,
                    "NumMedia": "1",
                    "MediaUrl0": self.shelf.base_url + self.shelf.path(sid, media),
                    "MediaContentType0": upload.content_type,
                }
            self.sender.add_inbound(Webhook(self.settings.inbound_url, params))
        return sid

    def _inbound_params(self, sid: str, sender: str, business: str, body: str) -> dict[str, str]:
        return {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "Body": body,
            "From": sender,
            "MessageSid": sid,
            "MessageType": "text",
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsMessageSid": sid,
            "SmsSid": sid,
            "SmsStatus": "received",
            "To": business,
        }

    def _obey(self, phone: str, body: str) -> None:
        word = body.strip().upper()
        if word in STOP_WORDS:
            self.store.opt_out(phone)
        elif word in START_WORDS:
            self.store.opt_in(phone)

    def stop(self) -> None:
        if self.timer:
            self.timer.cancel()

    def forget(self) -> None:
        for passage in self.on_the_way.values():
            passage.over = True
        self.on_the_way.clear()
        self.heap.clear()
        self.free_at.clear()
