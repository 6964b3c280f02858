"""Twilio's client over urllib3: timeouts always, retries never, one write a request."""

import json
import logging
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import urllib3
from django.conf import settings
from twilio.http import HttpClient as BaseHttpClient
from twilio.http.response import Response
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 3.0
# Enough for every thread of every pump in one process.
CONNECTIONS = 256
FRESH_SECONDS = 0.5
JSON = "application/json"


class _OneWrite(HTTPConnection):
    """Sends head and body in one go: a second write costs as much as all of the rest."""

    _held: bytearray | None = None
    _used_at = 0.0

    @property
    def is_connected(self) -> bool:
        """A connection that was used just now has not been closed for idling: ask no kernel."""
        if self.sock is not None and time.monotonic() - self._used_at < FRESH_SECONDS:
            return True
        return super().is_connected

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._held = bytearray()
        try:
            super().request(*args, **kwargs)
            whole = bytes(self._held)
        finally:
            self._held = None
        super().send(whole)
        self._used_at = time.monotonic()

    def send(self, data: Any) -> None:
        if self._held is None:
            super().send(data)
        else:
            self._held += data


class _OneWriteSecurely(_OneWrite, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _OneWrite


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _OneWriteSecurely


class HttpClient(BaseHttpClient):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(logger, False, None)
        self.timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=settings.TWILIO_READ_SECONDS)
        self._pools: dict[str, HTTPConnectionPool] = {}
        self._making = threading.Lock()
        self._auth: tuple[tuple[str, str], dict[str, str]] | None = None

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
            sent |= self._authorization(auth)
        body: str | None = None
        if data is not None:
            is_json = sent.get("Content-Type") == JSON
            body = json.dumps(data) if is_json else urlencode(data, doseq=True)
        base, path = _split(url)
        answer = self._pool(base).urlopen(
            method.upper(),
            f"{path}?{urlencode(params, doseq=True)}" if params else path,
            body=body,
            headers=sent,
            retries=False,
            redirect=False,
            assert_same_host=False,
            timeout=timeout or self.timeout,
        )
        return Response(answer.status, answer.data.decode("utf-8"), answer.headers)

    def _authorization(self, auth: tuple[str, str]) -> dict[str, str]:
        """The account seldom changes."""
        if self._auth is None or self._auth[0] != auth:
            self._auth = auth, urllib3.make_headers(basic_auth=":".join(auth))
        return self._auth[1]

    def _pool(self, base: str) -> HTTPConnectionPool:
        if found := self._pools.get(base):
            return found
        with self._making:
            if base not in self._pools:
                parts = urllib3.util.parse_url(base)
                kind = _SecurePool if parts.scheme == "https" else _Pool
                self._pools[base] = kind(
                    parts.host or "", parts.port, maxsize=CONNECTIONS, block=True, retries=False
                )
        return self._pools[base]


def _split(url: str) -> tuple[str, str]:
    """`https://host:port` and the rest."""
    end = url.index("/", url.index("://") + 3)
    return url[:end], url[end:]
