"""The Messages resource: what a POST must hold, what is stored, what is answered."""

import json
import re
import secrets
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from twilio_local import codes, content
from twilio_local.settings import Settings
from twilio_local.store import Store
from twilio_local.webhooks import split

E164 = re.compile(r"\+[1-9]\d{6,14}")
SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
SENDER_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
WHATSAPP = "whatsapp:"
DAY = 86_400.0
GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)
GSM7_DOUBLE = frozenset("^{}\\[~]|€")


@dataclass(frozen=True)
class Draft:
    """A valid POST, before it is stored."""

    to: str
    sender: str
    service: str | None
    body: str
    buttons: list[str]
    content_sid: str | None
    callback: str | None
    expires: float
    send_at: float | None
    # The error with which it will fail later, as numbers are scripted or the window is closed.
    fails_with: int | None

    @property
    def whatsapp(self) -> bool:
        return self.to.startswith(WHATSAPP)

    @property
    def phone(self) -> str:
        return self.to.removeprefix(WHATSAPP)


def new_sid(prefix: str) -> str:
    """Grows with time, which keeps the index of a million messages quick."""
    return f"{prefix}{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def draft(store: Store, settings: Settings, form: Mapping[str, str]) -> Draft:
    to = _recipient(form)
    sender, service = _sender(settings, form, whatsapp=to.startswith(WHATSAPP))
    callback = _callback(form)
    body, buttons, content_sid = _text(store, form)
    now = time.time()
    fails_with = _fate(store, settings, to, sender, content_sid, now)
    return Draft(
        to=to,
        sender=sender,
        service=service,
        body=body,
        buttons=buttons,
        content_sid=content_sid,
        callback=callback,
        expires=now + _validity(form),
        send_at=_send_at(form, service, now),
        fails_with=fails_with,
    )


def _recipient(form: Mapping[str, str]) -> str:
    to = form.get("To", "")
    if not to:
        raise codes.NO_TO
    number = to.removeprefix(WHATSAPP)
    if not E164.fullmatch(number):
        raise codes.ApiError(400, 21211, f"Invalid 'To' Phone Number: {number}")
    if number.startswith("+62") and not to.startswith(WHATSAPP) and number[3] != "8":
        raise codes.ApiError(400, 21614, f"To number: {number}, is not a mobile number")
    return to


def _sender(
    settings: Settings, form: Mapping[str, str], *, whatsapp: bool
) -> tuple[str, str | None]:
    sender, service = form.get("From", ""), form.get("MessagingServiceSid", "")
    if not sender and not service:
        raise codes.NO_FROM
    if service and not SERVICE.fullmatch(service):
        raise codes.ApiError(404, 20404, f"The requested resource {service} was not found")
    if not sender:
        sender = settings.default_whatsapp_from if whatsapp else settings.default_sms_from
    if sender.startswith(WHATSAPP) != whatsapp:
        raise codes.PAIR
    number = sender.removeprefix(WHATSAPP)
    if not E164.fullmatch(number) and (whatsapp or not SENDER_NAME.fullmatch(number)):
        raise codes.BAD_FROM
    return sender, service or None


def _callback(form: Mapping[str, str]) -> str | None:
    url = form.get("StatusCallback")
    if url and not _is_origin(split(url)[0]):
        raise codes.BAD_CALLBACK
    return url or None


@lru_cache(maxsize=256)
def _is_origin(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and "_" not in host


def _text(store: Store, form: Mapping[str, str]) -> tuple[str, list[str], str | None]:
    content_sid = form.get("ContentSid")
    if content_sid:
        body, buttons = content.rendered(store, content_sid, form.get("ContentVariables", ""))
        return body, buttons, content_sid
    if form.get("ContentVariables"):
        raise codes.CONTENT_NEEDED
    body = form.get("Body", "")
    if not body.strip():
        raise codes.NO_BODY
    if len(body) > 1600:
        raise codes.BODY_TOO_LONG
    return body, [], None


def _fate(
    store: Store, settings: Settings, to: str, sender: str, content_sid: str | None, now: float
) -> int | None:
    phone = to.removeprefix(WHATSAPP)
    if store.opted_out(phone):
        raise codes.ApiError(400, 21610, codes.REFUSED[21610])
    code = codes.scripted_code(phone) if settings.scripted_numbers else None
    if code in codes.REFUSED:
        raise codes.ApiError(400, code, codes.REFUSED[code])
    if code is not None:
        return code
    closed = to.startswith(WHATSAPP) and content_sid is None and settings.outside_window != "allow"
    if closed and store.last_inbound(to, sender) < now - DAY:
        if settings.outside_window == "at_once":
            raise codes.ApiError(400, 63016, codes.FAILED_LATER[63016][1])
        return 63016
    return None


def _validity(form: Mapping[str, str]) -> float:
    text = form.get("ValidityPeriod", "36000")
    if not text.isdigit() or not 1 <= int(text) <= 36_000:
        raise codes.BAD_VALIDITY
    return float(text)


def _send_at(form: Mapping[str, str], service: str | None, now: float) -> float | None:
    if form.get("ScheduleType") != "fixed":
        return None
    if not service:
        raise codes.SERVICE_NEEDED
    try:
        at = datetime.fromisoformat(form.get("SendAt", "")).timestamp()
    except ValueError:
        raise codes.ApiError(400, 35111, "SendAt is invalid") from None
    if at < now + 300:
        raise codes.TOO_SOON
    if at > now + 35 * DAY:
        raise codes.TOO_FAR
    return at


def store_draft(store: Store, new: Draft) -> tuple[int, dict[str, Any]]:
    now = time.time()
    at_once = "accepted" if new.service else "queued"
    status = "scheduled" if new.send_at else at_once
    values: dict[str, Any] = {
        "sid": new_sid("SM"),
        "direction": "outbound-api",
        "to_addr": new.to,
        "from_addr": new.sender,
        "phone": new.phone,
        "service": new.service,
        "body": new.body,
        "buttons": json.dumps(new.buttons) if new.buttons else None,
        "segments": 1 if new.whatsapp else segments(new.body),
        "status": status,
        "callback": new.callback,
        "content_sid": new.content_sid,
        "created": now,
        "updated": now,
        "expires": new.expires,
    }
    row_id = store.add_message(values)
    return row_id, values


def segments(text: str) -> int:
    if set(text) <= GSM7:
        length = len(text) + sum(character in GSM7_DOUBLE for character in text)
        single, joined = 160, 153
    else:
        length, single, joined = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= single else -(-length // joined)


@lru_cache(maxsize=64)
def _rfc2822(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")


def rfc2822(at: float | None) -> str | None:
    return None if at is None else _rfc2822(int(at))


def resource(account_sid: str, row: Mapping[str, Any] | sqlite3.Row) -> dict[str, Any]:
    values = dict(row)
    sid = values["sid"]
    uri = f"/2010-04-01/Accounts/{account_sid}/Messages/{sid}"
    inbound = values["direction"] == "inbound"
    price = values.get("price")
    return {
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "body": values["body"],
        "date_created": rfc2822(values["created"]),
        "date_sent": rfc2822(values.get("sent")),
        "date_updated": rfc2822(values["updated"]),
        "direction": values["direction"],
        "error_code": values.get("error_code"),
        "error_message": values.get("error_message"),
        "from": None if values["status"] == "accepted" and not inbound else values["from_addr"],
        "messaging_service_sid": values.get("service"),
        "num_media": str(values.get("num_media") or 0),
        "num_segments": str(values["segments"]),
        "price": None if price is None else f"{-price:.5f}",
        "price_unit": "USD",
        "sid": sid,
        "status": values["status"],
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": values["to_addr"],
        "uri": f"{uri}.json",
    }
