"""The HTTP/1.1 server side, bare on asyncio, so that a fault can also be a broken connection."""

import asyncio
from binascii import a2b_qp
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, unquote_to_bytes

MAX_HEAD = 32_768
# What WhatsApp takes of a picture, and the form around it.
MAX_BODY = 17_000_000
REASONS = {status.value: status.phrase for status in HTTPStatus}


@dataclass(slots=True)
class Request:
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    peer: str

    @property
    def path(self) -> str:
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """As `parse_qsl` reads it, in a fifth of the time."""
        pairs = (pair.partition(b"=") for pair in self.body.split(b"&") if pair)
        return {_name(name): _plain(value) for name, _, value in pairs}


def _plain(quoted: bytes) -> str:
    text = quoted.replace(b"+", b" ")
    if b"=" in text:
        text = unquote_to_bytes(text)
    elif b"%" in text:
        # Quoted-printable is the same with another sign, and its decoder is written in C.
        text = a2b_qp(text.replace(b"%", b"="))
    return text.decode("utf-8", "replace")


# The same few come thousands of times a minute.
_name = lru_cache(maxsize=1024)(_plain)


@dataclass(slots=True)
class Response:
    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def encode(self, *, keep_alive: bool) -> bytes:
        lines = [
            f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Unknown')}",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body)}",
            f"Connection: {'keep-alive' if keep_alive else 'close'}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + self.body


@dataclass(slots=True)
class Dropped:
    """No answer: the connection ends after `after` seconds (a hang is a late drop)."""

    after: float = 0.0


@dataclass(slots=True)
class Broken:
    """An answer that stops in the middle, or comes a few bytes at a time."""

    response: Response
    stop_at: int | None = None
    bytes_a_second: int | None = None


@dataclass(slots=True)
class Late:
    answer: "Response | Dropped | Broken"
    seconds: float


Answer = Response | Dropped | Broken | Late
Handler = Callable[[Request], Answer | Awaitable[Answer]]


class BadRequest(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(REASONS[status])
        self.status = status


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the body."""

    method: str
    target: str
    headers: Mapping[str, str]
    length: int
    keep_alive: bool


# A client's requests differ in their bodies, seldom in their heads.
@lru_cache(maxsize=4096)
def read_head(text: bytes) -> Head:
    first, *lines = text.decode("latin-1").split("\r\n")
    try:
        method, target, version = first.split(" ")
    except ValueError:
        raise BadRequest(400) from None
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    keep_alive = version != "HTTP/1.0" and headers.get("connection", "").lower() != "close"
    return Head(method, target, headers, _body_length(headers), keep_alive)


def _body_length(headers: Mapping[str, str]) -> int:
    if "transfer-encoding" in headers:
        raise BadRequest(411)
    try:
        length = int(headers.get("content-length") or 0)
    except ValueError:
        raise BadRequest(400) from None
    if not 0 <= length <= MAX_BODY:
        raise BadRequest(413)
    return length


class Connection(asyncio.Protocol):
    """One client's connection: requests are answered one after the other.

    `when_kept` calls back once all that the request wrote is on disk.
    """

    def __init__(
        self, handler: Handler, when_kept: Callable[[Callable[[], None]], None] = lambda go: go()
    ) -> None:
        self.handler = handler
        self.when_kept = when_kept
        self.buffer = bytearray()
        self.busy = False
        self.keep_alive = True
        self.continued = False
        self.task: asyncio.Task[None] | None = None
        self.transport: asyncio.Transport
        self.peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        peername = transport.get_extra_info("peername")
        self.peer = peername[0] if peername else ""

    def connection_lost(self, exc: Exception | None) -> None:
        if self.task:
            self.task.cancel()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.busy:
            self._next()

    def _next(self) -> None:
        try:
            request = self._take_request()
        except BadRequest as error:
            self.transport.write(Response(status=error.status).encode(keep_alive=False))
            self.transport.close()
            return
        if request is None:
            return
        self.busy = True
        answer = self.handler(request)
        if isinstance(answer, Awaitable):
            self.task = asyncio.ensure_future(self._wait_for(answer))
        else:
            self.when_kept(partial(self._give, answer))

    def _take_request(self) -> Request | None:
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self.buffer) > MAX_HEAD:
                raise BadRequest(431)
            return None
        head = read_head(bytes(self.buffer[:end]))
        if len(self.buffer) < end + 4 + head.length:
            if head.headers.get("expect", "").lower() == "100-continue" and not self.continued:
                self.continued = True
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return None
        body = bytes(self.buffer[end + 4 : end + 4 + head.length])
        del self.buffer[: end + 4 + head.length]
        self.continued = False
        self.keep_alive = head.keep_alive
        return Request(head.method, head.target, head.headers, body, self.peer)

    async def _wait_for(self, answer: Awaitable[Answer]) -> None:
        self.when_kept(partial(self._give, await answer))

    def _give(self, answer: Answer) -> None:
        match answer:
            case Response():
                self._send(answer)
            case Late():
                asyncio.get_running_loop().call_later(answer.seconds, self._give, answer.answer)
            case Dropped():
                asyncio.get_running_loop().call_later(answer.after, self.transport.abort)
            case Broken():
                self.task = asyncio.ensure_future(self._send_broken(answer))

    def _send(self, response: Response) -> None:
        if self.transport.is_closing():
            return
        self.transport.write(response.encode(keep_alive=self.keep_alive))
        if not self.keep_alive:
            self.transport.close()
            return
        self.busy = False
        if self.buffer:
            self._next()

    async def _send_broken(self, broken: Broken) -> None:
        whole = broken.response.encode(keep_alive=False)
        if broken.stop_at is not None:
            body_start = len(whole) - len(broken.response.body)
            self.transport.write(whole[: body_start + broken.stop_at])
        else:
            step = max(1, (broken.bytes_a_second or 1) // 10)
            for start in range(0, len(whole), step):
                self.transport.write(whole[start : start + step])
                await asyncio.sleep(0.1)
        self.transport.close()
