"""Twilio through its official client, over connections that never retry by themselves."""

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import urllib3
from django.conf import settings
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http import HttpClient as BaseHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from notifications.providers.codes import CODES, ErrorClass

logger = logging.getLogger(__name__)

CONTENT_API = "https://content.twilio.com"
CONNECT_SECONDS = 3.0
# Longer than Twilio's own limit, so that a slow answer is still an answer.
READ_SECONDS = 30.0
CONNECTIONS = 32
LISTED = 50
# The bytes never left.
NEVER_SENT = (ConnectTimeoutError, NameResolutionError, NewConnectionError)
SHORTEST_VALIDITY, LONGEST_VALIDITY = 1, 36_000
FIRST_CODE = 10_000
# Twilio asks again, when the answer was 5xx or none.
CALLBACK_RETRIES = "#rc=5&rp=5xx,ct,rt"


class HttpClient(BaseHttpClient):  # type: ignore[misc]
    """Twilio's client over urllib3: timeouts always, retries never, headers kept."""

    def __init__(self) -> None:
        super().__init__(logger, False, None)
        self.pool = urllib3.PoolManager(
            retries=False,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            maxsize=CONNECTIONS,
            block=True,
        )
        # The client's exceptions carry no headers; each thread finds its own answer's here.
        self.last = threading.local()

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        sent = dict(headers or {})
        if auth:
            sent |= urllib3.make_headers(basic_auth=":".join(auth))
        query = urlencode(_flat(params)) if params else ""
        body: str | None = None
        if data is not None:
            is_json = sent.get("Content-Type") == "application/json"
            body = json.dumps(data) if is_json else urlencode(_flat(data))
        answer = self.pool.request(
            method.upper(),
            f"{url}?{query}" if query else url,
            body=body,
            headers=sent,
            redirect=False,
            timeout=timeout or self.pool.connection_pool_kw["timeout"],
        )
        self.last.retry_after = answer.headers.get("Retry-After", "")
        return Response(answer.status, answer.data.decode("utf-8"), answer.headers)


def _flat(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Lists as repeated names, as the API takes them."""
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        items = value if isinstance(value, list | tuple) else [value]
        pairs += [(name, str(item)) for item in items]
    return pairs


@dataclass(frozen=True)
class Outgoing:
    """All that a POST needs, so that no thread that posts touches the database."""

    to: str
    sender: str
    callback: str
    validity: int
    body: str
    content_sid: str
    content_variables: str


@dataclass(frozen=True)
class Outcome:
    """What became of a POST: with a sid it was taken, else the class says what may be done."""

    error: ErrorClass | None
    sid: str = ""
    status: str = ""
    code: str = ""
    retry_after: int | None = None


@dataclass(frozen=True)
class Listed:
    sid: str
    status: str
    body: str
    created_at: datetime


class LookUpFailed(Exception):
    """The provider could not be asked, so nothing is proven."""


def is_configured() -> bool:
    return bool(settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN)


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
    """Post once. Whatever happens comes back as an outcome, never as an exception."""
    content = (
        {"content_sid": message.content_sid, "content_variables": message.content_variables}
        if message.content_sid
        else {"body": message.body}
    )
    try:
        made = client().messages.create(
            to=message.to,
            from_=message.sender,
            status_callback=message.callback + CALLBACK_RETRIES,
            validity_period=min(max(message.validity, SHORTEST_VALIDITY), LONGEST_VALIDITY),
            **content,
        )
        if not made.sid:
            return Outcome(ErrorClass.UNKNOWN)
        return Outcome(None, sid=made.sid, status=str(made.status or ""))
    except (TwilioRestException, TwilioServiceException) as refused:
        return _refused(int(refused.status), int(refused.code or 0))
    except NEVER_SENT:
        return Outcome(ErrorClass.SAFE)
    # A bare JSON or decoding error, too, leaves open whether it was taken.
    except Exception as broken:
        logger.warning("Twilio's answer is unclear: %s", type(broken).__name__)
        return Outcome(ErrorClass.UNKNOWN)


def _refused(status: int, code: int) -> Outcome:
    # Without a code of Twilio's own, the client repeats the status: something between us answered.
    is_theirs = code >= FIRST_CODE
    text = str(code or status)
    if status == 429:
        return Outcome(ErrorClass.SAFE, code=text, retry_after=_retry_after())
    if status == 401:
        return Outcome(ErrorClass.ACCOUNT, code=text)
    if not is_theirs or not 400 <= status < 500:
        return Outcome(ErrorClass.UNKNOWN, code=text)
    return Outcome(CODES.get(code, ErrorClass.REVIEW), code=text)


def _retry_after() -> int | None:
    text: str = client().http_client.last.retry_after
    return int(text) if text.isdigit() else None


def look_up(*, to: str, sender: str, since: datetime) -> list[Listed]:
    """The messages to this number that the provider created since then."""
    try:
        rows = client().messages.list(to=to, from_=sender, limit=LISTED, page_size=LISTED)
        return [
            Listed(row.sid, str(row.status), row.body or "", row.date_created)
            for row in rows
            if row.date_created and row.date_created >= since and row.direction != "inbound"
        ]
    except Exception as broken:
        raise LookUpFailed(type(broken).__name__) from broken


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
