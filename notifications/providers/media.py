"""What customers send besides words: fetched from the provider when somebody opens it.

Nothing of it is kept here, and the page never loads it from a foreign host: our own address fetches
it with the account's key, up to a size.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

import urllib3
from django.conf import settings

from notifications.providers.http import CONNECT_SECONDS
from notifications.providers.twilio import LookUpFailed, client, is_local

logger = logging.getLogger(__name__)

# WhatsApp itself takes no more.
MOST_BYTES = 16 * 1024 * 1024
READ_SECONDS = 20.0
MOST_LISTED = 10
MOVED = frozenset({301, 302, 303, 307, 308})
# What a store says when it has nothing to give: never what a customer sent, unless she did.
PAGES = frozenset({"text/html", "application/xhtml+xml", "application/xml", "application/json"})


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


def fetch(message: str, sid: str, *, content_type: str = "") -> bytes:
    """Return the content, or say that it is gone, cannot be had now, or is too big.

    The provider is asked with our key; the store it sends us on to is asked without, once.
    """
    wait = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    pair = f"{settings.TWILIO_ACCOUNT_SID}:{settings.TWILIO_AUTH_TOKEN}"
    headers = urllib3.make_headers(basic_auth=pair)
    with urllib3.PoolManager(timeout=wait, retries=False) as pool:
        try:
            made = client()
            messages = f"{made.api.base_url}/2010-04-01/Accounts/{made.account_sid}/Messages"
            url = f"{messages}/{message}/Media/{sid}"
            with _asked(pool, url, headers) as answer:
                if answer.status not in MOVED:
                    return _read(answer, told=content_type)
                url = urljoin(url, answer.headers.get("Location", ""))
            if not is_store(url):
                raise LookUpFailed("elsewhere")
            with _asked(pool, url, {}) as answer:
                return _read(answer, told=content_type)
        except (LookUpFailed, TooBig):
            raise
        except Exception as broken:
            raise LookUpFailed(type(broken).__name__) from broken


@contextmanager
def _asked(
    pool: urllib3.PoolManager, url: str, headers: dict[str, str]
) -> Iterator[urllib3.BaseHTTPResponse]:
    answer = pool.request("GET", url, headers=headers, redirect=False, preload_content=False)
    try:
        yield answer
    finally:
        # What was not read is not wanted.
        answer.close()


def _read(answer: urllib3.BaseHTTPResponse, *, told: str) -> bytes:
    if answer.status != 200:
        raise LookUpFailed(str(answer.status))
    kind = _kind(answer.headers.get("Content-Type", ""))
    if kind in PAGES and kind != _kind(told):
        raise LookUpFailed("a page")
    if answer.headers.get("Content-Length", "").isdecimal():
        _check_size(int(answer.headers["Content-Length"]))
    found = bytearray()
    for part in answer.stream(64 * 1024):
        found += part
        _check_size(len(found))
    return bytes(found)


def _check_size(count: int) -> None:
    if count > MOST_BYTES:
        raise TooBig


def _kind(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def is_store(url: str) -> bool:
    """One of the places where the provider keeps it (TWILIO_MEDIA_STORES), over TLS."""
    parts = urlsplit(url)
    if is_local():
        return parts.netloc == str(urlsplit(settings.TWILIO_API_BASE).netloc)
    is_tls = parts.scheme == "https"
    return is_tls and any(_is_in(parts, store) for store in settings.TWILIO_MEDIA_STORES)


def _is_in(parts: SplitResult, store: str) -> bool:
    """Say whether it is a host and, where one is named, a folder there."""
    host, _slash, folder = store.partition("/")
    inside = f"/{folder.strip('/')}/" if folder.strip("/") else "/"
    steps = re.split(r"/|%2f|%5c|\\", parts.path.lower())
    is_plain = not {"..", "%2e%2e", ".%2e", "%2e."} & set(steps)
    is_there = parts.netloc.lower().removesuffix(":443") == host
    return is_there and parts.path.startswith(inside) and is_plain
