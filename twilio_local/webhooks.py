"""Signed POSTs to the application: status callbacks and inbound messages."""

import asyncio
import base64
import hashlib
import hmac
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qsl, quote_plus, urlsplit

from twilio_local.settings import Settings

HASHES = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}
NOT_CONNECTED = 0
NO_ANSWER = -1


@dataclass(frozen=True)
class Overrides:
    """What Twilio reads from the fragment of a webhook's address, such as #rc=5&rp=all."""

    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})
    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0

    @classmethod
    def of(cls, fragment: str) -> "Overrides":
        given = dict(parse_qsl(fragment.replace(",", "%2C")))

        def seconds(name: str, most: int) -> float:
            text = given.get(name, "")
            return min(max(int(text), 100), most) / 1000 if text.isdigit() else most / 1000

        retries = given.get("rc", "1")
        return cls(
            retries=min(int(retries), 5) if retries.isdigit() else 1,
            policy=frozenset(given.get("rp", "ct").split(",")),
            connect=seconds("ct", 10_000) if "ct" in given else 5.0,
            read=seconds("rt", 15_000),
            total=seconds("tt", 15_000),
        )

    def again(self, status: int) -> bool:
        if "all" in self.policy and not 200 <= status < 400:
            return True
        kind = {NOT_CONNECTED: "ct", NO_ANSWER: "rt"}.get(status, f"{status // 100}xx")
        return kind in self.policy


@dataclass(frozen=True)
class Origin:
    """Whom a webhook's address names."""

    host: str
    port: int
    is_secure: bool
    netloc: str


# The same few names, values and addresses come thousands of times a minute.
quoted = lru_cache(maxsize=8192)(quote_plus)
overrides_of = lru_cache(maxsize=64)(Overrides.of)


@lru_cache(maxsize=64)
def origin_of(address: str) -> Origin:
    parts = urlsplit(address)
    is_secure = parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    return Origin(parts.hostname or "", port, is_secure, parts.netloc.rpartition("@")[2])


def split(url: str) -> tuple[str, str]:
    """The address of the server, and what is asked of it: path and query."""
    path = url.find("/", url.find("://") + 3)
    return (url, "/") if path < 0 else (url[:path], url[path:])


@dataclass
class Webhook:
    url: str
    params: dict[str, str]
    token: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass
class Outcome:
    """How one attempt ended, for the control page and the tests."""

    url: str
    status: int
    attempt: int
    at: float
    params: dict[str, str]


def signature(token: str, url: str, params: dict[str, str], algorithm: str = "HMAC_SHA1") -> str:
    text = url + "".join(name + params[name] for name in sorted(params))
    digest = hmac.new(token.encode(), text.encode(), HASHES[algorithm]).digest()
    return base64.b64encode(digest).decode()


class Sender:
    """Delivers webhooks by a fixed number of workers over kept connections."""

    def __init__(self, auth_token: str, settings: Settings) -> None:
        self.auth_token = auth_token
        self.settings = settings
        self.waiting: asyncio.Queue[Webhook] = asyncio.Queue()
        self.outcomes: deque[Outcome] = deque(maxlen=2000)
        self.idle: dict[Origin, list[Wire]] = {}
        self.workers: list[asyncio.Task[None]] = []
        self.at_work = 0
        self.inbound: set[asyncio.Task[int]] = set()
        # Grows with each forgetting, so that what is held back knows that it is forgotten.
        self.era = 0

    def add(self, webhook: Webhook) -> None:
        busy = self.at_work + self.waiting.qsize() >= len(self.workers)
        if busy and len(self.workers) < self.settings.callbacks_at_once:
            self.workers.append(asyncio.ensure_future(self._work()))
        self.waiting.put_nowait(webhook)

    def add_inbound(self, webhook: Webhook) -> None:
        """What a customer writes never waits behind statuses."""
        delivery = asyncio.ensure_future(self.deliver(webhook))
        self.inbound.add(delivery)
        delivery.add_done_callback(self.inbound.discard)

    def forget(self) -> None:
        """What has not been sent yet is never sent."""
        self.outcomes.clear()
        self.era += 1
        for worker in self.workers:
            worker.cancel()
        self.workers.clear()
        self.at_work = 0
        while not self.waiting.empty():
            self.waiting.get_nowait()

    def add_status(self, webhook: Webhook) -> None:
        """As the settings say: dropped, twice, late."""
        settings, dice = self.settings, self.settings.dice
        if dice.random() < settings.callback_drop:
            return
        copies = 2 if dice.random() < settings.callback_duplicate else 1
        for _ in range(copies):
            delay = settings.callback_delay_ms / 1000
            if dice.random() < settings.callback_reorder:
                delay += dice.uniform(0, 3)
            if delay:
                asyncio.get_running_loop().call_later(delay, self._add_late, webhook, self.era)
            else:
                self.add(webhook)

    def _add_late(self, webhook: Webhook, era: int) -> None:
        if era == self.era:
            self.add(webhook)

    async def _work(self) -> None:
        while True:
            webhook = await self.waiting.get()
            era, self.at_work = self.era, self.at_work + 1
            try:
                await self.deliver(webhook)
            finally:
                # Whoever forgot us counts no more of us.
                self.at_work -= era == self.era

    async def deliver(self, webhook: Webhook) -> int:
        url, _, fragment = webhook.url.partition("#")
        overrides = overrides_of(fragment)
        ends = time.monotonic() + overrides.total
        status = NOT_CONNECTED
        for attempt in range(1 + overrides.retries):
            status = await self._post(url, webhook, overrides, ends)
            self.outcomes.append(Outcome(url, status, attempt, time.time(), webhook.params))
            if not overrides.again(status):
                break
            await asyncio.sleep(min(0.5, max(0.0, ends - time.monotonic())))
            if time.monotonic() >= ends:
                break
        return status

    async def _post(self, url: str, webhook: Webhook, overrides: Overrides, ends: float) -> int:
        address, target = split(url)
        origin = origin_of(address)
        request = self._request(url, origin.netloc, target, webhook)
        left = max(0.1, ends - time.monotonic())
        kept = self.idle.setdefault(origin, [])
        while kept:
            wire = kept.pop()
            if wire.closed:
                continue
            status = await self._exchange(wire, request, min(overrides.read, left), kept)
            if status is not None:
                return status
        try:
            async with asyncio.timeout(min(overrides.connect, left)):
                opened = asyncio.open_connection(
                    origin.host, origin.port, ssl=origin.is_secure or None
                )
                wire = Wire(*await opened)
        except (OSError, TimeoutError):
            return NOT_CONNECTED
        status = await self._exchange(wire, request, min(overrides.read, left), kept)
        return NO_ANSWER if status is None else status

    def _request(self, url: str, netloc: str, target: str, webhook: Webhook) -> bytes:
        algorithm = self.settings.callback_algorithm
        pairs = (f"{quoted(name)}={quoted(value)}" for name, value in webhook.params.items())
        body = "&".join(pairs)
        lines = [
            f"POST {target} HTTP/1.1",
            f"Host: {netloc}",
            "User-Agent: TwilioProxy/1.1",
            "Accept: */*",
            "Content-Type: application/x-www-form-urlencoded; charset=UTF-8",
            f"Content-Length: {len(body)}",
            f"X-Twilio-Signature: {signature(self.auth_token, url, webhook.params, algorithm)}",
            f"I-Twilio-Idempotency-Token: {webhook.token}",
        ]
        if algorithm != "HMAC_SHA1":
            lines.append(f"X-Twilio-Webhooks-Signature-Settings: key=local,algorithm={algorithm}")
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    @staticmethod
    async def _exchange(
        wire: "Wire", request: bytes, timeout: float, kept: list["Wire"]
    ) -> int | None:
        """The status; NO_ANSWER after a timeout; None where the connection was already over."""
        try:
            async with asyncio.timeout(timeout):
                status, keep = await wire.exchange(request)
        except TimeoutError:
            wire.close()
            return NO_ANSWER
        except asyncio.CancelledError:
            wire.close()
            raise
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            wire.close()
            return None
        if keep:
            kept.append(wire)
        else:
            wire.close()
        return status


class Wire:
    """A connection to the application."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @property
    def closed(self) -> bool:
        return self.reader.at_eof() or self.writer.is_closing()

    def close(self) -> None:
        self.writer.close()

    async def exchange(self, request: bytes) -> tuple[int, bool]:
        self.writer.write(request)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(" ", 2)[1])
        lines = head.split("\r\n")
        headers = {
            name: value.strip() for name, _, value in (line.partition(":") for line in lines)
        }
        if "content-length" in headers:
            await self.reader.readexactly(int(headers["content-length"]))
        elif "chunked" in headers.get("transfer-encoding", ""):
            while size := int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16):
                await self.reader.readexactly(size + 2)
            await self.reader.readuntil(b"\r\n")
        elif status not in (204, 304):
            return status, False
        return status, headers.get("connection") != "close"
