"""What customers send besides words: fetched from the provider when somebody opens it.

Nothing of it is kept here, and the page never loads it from a foreign host: our own address fetches
it with the account's key, up to a size.
"""

import logging
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import urllib3
from django.conf import settings

from notifications.providers.http import CONNECT_SECONDS
from notifications.providers.twilio import LookUpFailed, client, is_local

logger = logging.getLogger(__name__)

# WhatsApp itself takes no more.
MOST_BYTES = 16 * 1024 * 1024
READ_SECONDS = 20.0
MOST_LISTED = 10
# Where the provider keeps it, and sends us on to.
HOSTS = ("twilio.com", "twiliocdn.com", "amazonaws.com")
MOVED = frozenset({301, 302, 303, 307, 308})
HOPS = 3


class TooBig(Exception):
    """Nobody opens that through us."""


@dataclass(frozen=True)
class Attachment:
    sid: str
    content_type: str


def attachments_of(message: str) -> tuple[Attachment, ...]:
    """What came with a message that was fetched, not told."""
    try:
        rows = client().messages(message).media.list(limit=MOST_LISTED)
        return tuple(Attachment(row.sid, row.content_type or "") for row in rows)
    except Exception as broken:
        raise LookUpFailed(type(broken).__name__) from broken


def fetch(message: str, sid: str) -> bytes:
    """Return the content, or say that it is gone, cannot be had now, or is too big."""
    wait = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    pair = f"{settings.TWILIO_ACCOUNT_SID}:{settings.TWILIO_AUTH_TOKEN}"
    headers = urllib3.make_headers(basic_auth=pair)
    with urllib3.PoolManager(timeout=wait, retries=False) as pool:
        try:
            made = client()
            messages = f"{made.api.base_url}/2010-04-01/Accounts/{made.account_sid}/Messages"
            return _follow(pool, f"{messages}/{message}/Media/{sid}", headers)
        except (LookUpFailed, TooBig):
            raise
        except Exception as broken:
            raise LookUpFailed(type(broken).__name__) from broken


def _follow(pool: urllib3.PoolManager, url: str, headers: dict[str, str]) -> bytes:
    for _hop in range(HOPS):
        answer = pool.request("GET", url, headers=headers, redirect=False, preload_content=False)
        try:
            if answer.status not in MOVED:
                return _read(answer)
            url, headers = urljoin(url, answer.headers.get("Location", "")), {}
        finally:
            answer.release_conn()
            answer.close()
        if not _is_theirs(url):
            raise LookUpFailed("elsewhere")
    raise LookUpFailed("too many redirects")


def _read(answer: urllib3.BaseHTTPResponse) -> bytes:
    if answer.status != 200:
        raise LookUpFailed(str(answer.status))
    found = bytearray()
    for part in answer.stream(64 * 1024):
        found += part
        if len(found) > MOST_BYTES:
            raise TooBig
    return bytes(found)


def _is_theirs(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_local():
        return parts.netloc == str(urlsplit(settings.TWILIO_API_BASE).netloc)
    return parts.scheme == "https" and any(
        host == known or host.endswith(f".{known}") for known in HOSTS
    )
