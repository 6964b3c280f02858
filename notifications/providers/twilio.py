"""Twilio through its official client, over connections that never retry by themselves."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from frontdesk.numbers import whole_number
from notifications.providers.codes import CODES, ErrorClass
from notifications.providers.http import CONNECT_SECONDS, HttpClient
from notifications.providers.outcome import Outcome, Outgoing

logger = logging.getLogger(__name__)

CONTENT_API = "https://content.twilio.com"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
LISTED, LONGEST_PAGE = 50, 1000
# The bytes never left.
NEVER_SENT = (ConnectTimeoutError, NameResolutionError, NewConnectionError)
SHORTEST_VALIDITY, LONGEST_VALIDITY = 1, 36_000
FIRST_CODE = 10_000
# Whatever the provider asks for, it is tried again the next day.
LONGEST_REST = 24 * 60 * 60
# Twilio asks again, when the answer was 5xx or none.
CALLBACK_RETRIES = "#rc=5&rp=5xx,ct,rt"


@dataclass(frozen=True)
class Listed:
    """A message as the provider tells of it."""

    sid: str
    to: str
    sender: str
    status: str
    body: str
    created_at: datetime
    code: str = ""
    media_count: int = 0
    price_micros: int | None = None
    currency: str = ""


class LookUpFailed(Exception):
    """The provider could not be asked, so nothing is proven."""


def is_configured() -> bool:
    return bool(settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN)


def longest_post() -> float:
    """The seconds after which a POST is over, one way or the other."""
    return CONNECT_SECONDS + float(settings.TWILIO_READ_SECONDS) + 2.0


def is_local() -> bool:
    """Say whether the project's own server answers, where templates need nobody's approval."""
    return bool(settings.TWILIO_API_BASE)


def client() -> Client:
    return _client(
        settings.TWILIO_ACCOUNT_SID,
        settings.TWILIO_AUTH_TOKEN,
        settings.TWILIO_API_BASE,
        settings.TWILIO_CONTENT_API_BASE,
    )


@lru_cache(maxsize=4)
def _client(account_sid: str, auth_token: str, api_base: str, content_base: str) -> Client:
    made = Client(account_sid, auth_token, http_client=HttpClient())
    if api_base:
        made.api.base_url = api_base
    if content_base:
        made.content.base_url = content_base
    return made


def send(message: Outgoing) -> Outcome:
    """Post once. Whatever happens comes back as an outcome, never as an exception.

    `client.messages.create` would do the same, and parse dates and links that nobody asks for.
    """
    values: dict[str, object] = {
        "To": message.to,
        "From": message.sender,
        "StatusCallback": message.callback + CALLBACK_RETRIES,
        "ValidityPeriod": min(max(message.validity, SHORTEST_VALIDITY), LONGEST_VALIDITY),
    }
    if message.content_sid:
        values["ContentSid"] = message.content_sid
        values["ContentVariables"] = message.content_variables
    else:
        values["Body"] = message.body
    try:
        twilio = client()
        url = f"{twilio.api.base_url}/2010-04-01/Accounts/{twilio.account_sid}/Messages.json"
        answer = twilio.request("POST", url, data=values, headers=dict(FORM))
        told = json.loads(answer.text)
        if not answer.ok:
            return _refused(answer.status_code, int(told.get("code") or 0), answer.headers)
        return Outcome(None, sid=told["sid"], status=str(told["status"]))
    except NEVER_SENT:
        return Outcome(ErrorClass.SAFE)
    # Whatever else it is, it leaves open whether the message was taken.
    except Exception as broken:
        logger.warning("Twilio's answer is unclear: %s", type(broken).__name__)
        return Outcome(ErrorClass.UNKNOWN)


def _refused(status: int, code: int, headers: Mapping[str, str]) -> Outcome:
    # Without a code of Twilio's own, something between us answered.
    is_theirs = code >= FIRST_CODE
    text = str(code or status)
    if status == 429:
        return Outcome(ErrorClass.SAFE, code=text, retry_after=_retry_after(headers))
    if status == 401:
        return Outcome(ErrorClass.ACCOUNT, code=text)
    if not is_theirs or not 400 <= status < 500:
        return Outcome(ErrorClass.UNKNOWN, code=text)
    return Outcome(CODES.get(code, ErrorClass.REVIEW), code=text)


def _retry_after(headers: Mapping[str, str]) -> int | None:
    seconds = whole_number(headers.get("Retry-After", ""))
    return None if seconds is None else min(seconds, LONGEST_REST)


def look_up(*, to: str, sender: str, since: datetime) -> list[Listed]:
    """The messages to this number that the provider created since then."""
    try:
        rows = client().messages.list(to=to, from_=sender, limit=LISTED, page_size=LISTED)
        return [_listed(row) for row in rows if _is_ours(row) and row.date_created >= since]
    except Exception as broken:
        raise LookUpFailed(type(broken).__name__) from broken


def sent_since(*, sender: str, since: datetime) -> list[Listed]:
    """All that was created for this sender since then: newest first, by whole pages."""
    found: list[Listed] = []
    try:
        for row in client().messages.stream(from_=sender, page_size=LONGEST_PAGE):
            if row.date_created and row.date_created < since:
                break
            if _is_ours(row):
                found.append(_listed(row))
    except Exception as broken:
        raise LookUpFailed(type(broken).__name__) from broken
    return found


def received_since(*, address: str, since: datetime) -> list[Listed]:
    """What customers wrote to this address since then, oldest first."""
    found: list[Listed] = []
    try:
        for row in client().messages.stream(to=address, page_size=LONGEST_PAGE):
            if row.date_created and row.date_created < since:
                break
            if row.date_created and row.direction == "inbound":
                found.append(_listed(row))
    except Exception as broken:
        raise LookUpFailed(type(broken).__name__) from broken
    return found[::-1]


def sent_on(day: date, *, sender: str, token: str, page: int) -> tuple[list[Listed], str]:
    """One page of what this sender sent on a day of the provider's, and what leads to the next."""
    try:
        found = client().messages.page(
            from_=sender,
            date_sent=day.isoformat(),
            page_size=LONGEST_PAGE,
            page_number=page,
            **({"page_token": token} if token else {}),
        )
        rows = [_listed(row) for row in found if _is_ours(row)]
        query = parse_qs(urlsplit(found.next_page_url or "").query)
        return rows, next(iter(query.get("PageToken", [])), "")
    except Exception as broken:
        raise LookUpFailed(type(broken).__name__) from broken


def fetch(sid: str) -> Listed:
    try:
        return _listed(client().messages(sid).fetch())
    except Exception as broken:
        raise LookUpFailed(type(broken).__name__) from broken


def _is_ours(row: Any) -> bool:
    return bool(row.date_created) and row.direction != "inbound"


def _listed(row: Any) -> Listed:
    media = str(row.num_media or "")
    return Listed(
        sid=row.sid,
        to=row.to or "",
        sender=row.from_ or "",
        status=str(row.status),
        body=row.body or "",
        created_at=row.date_created,
        code=str(row.error_code or ""),
        media_count=whole_number(media) or 0,
        price_micros=_micros(row.price),
        currency=(row.price_unit or "") if row.price else "",
    )


def _micros(price: object) -> int | None:
    """Twilio says what it took: a negative number of dollars in words."""
    try:
        return round(abs(Decimal(str(price))) * 1_000_000) if price else None
    except InvalidOperation:
        return None


def register_content(*, name: str, body: str, samples: dict[str, str]) -> str:
    """Make a template known to the provider and return its sid."""
    values = {
        "friendly_name": name,
        "language": "id",
        "variables": samples,
        "types": {"twilio/text": {"body": body}},
    }
    url = f"{settings.TWILIO_CONTENT_API_BASE or CONTENT_API}/v1/Content"
    try:
        answer = client().request(
            "POST", url, data=values, headers={"Content-Type": "application/json"}
        )
        return str(json.loads(answer.text)["sid"])
    except Exception as broken:
        raise LookUpFailed(type(broken).__name__) from broken
