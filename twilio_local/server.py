"""Puts the parts together and listens."""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from twilio_local.api import Api, as_json
from twilio_local.approvals import Approvals
from twilio_local.control import Control
from twilio_local.delivery import Delivery
from twilio_local.media import KEPT, Shelf
from twilio_local.phone import HEADERS, Phones
from twilio_local.settings import Settings
from twilio_local.store import Store
from twilio_local.webhooks import Sender
from twilio_local.wire import Answer, Connection, Request, Response

STATIC = {
    path.name: path.read_bytes()
    for path in (Path(__file__).parent / "static").iterdir()
    if path.is_file()
}
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
COMMIT_EVERY = 0.05
LOOPBACK = {"localhost", "127.0.0.1", "::1", "[::1]"}


@dataclass(frozen=True)
class Options:
    host: str
    port: int
    data: Path
    account_sid: str
    auth_token: str
    inbound_url: str
    zone: ZoneInfo


class Server:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.store = Store(options.data)
        self.settings = Settings(inbound_url=options.inbound_url)
        self.sender = Sender(options.auth_token, self.settings)
        self.shelf = Shelf(self.store, options.account_sid, options.auth_token)
        self.delivery = Delivery(self.store, self.settings, self.sender, self.shelf)
        self.api = Api(
            self.store, self.settings, self.delivery, options.account_sid, options.auth_token
        )
        self.control = Control(self.api, self.sender)
        # Answers that wait for the commit of what they tell.
        self.waiting: list[Callable[[], None]] = []
        self.phones = Phones(self.store, self.settings, self.delivery, options.zone)
        self.approvals = Approvals(self.store)

    def answer(self, request: Request) -> Answer:
        path = request.target.partition("?")[0]
        if path.startswith(("/2010-04-01/", "/v1/")):
            return self.api.answer(request)
        if path.startswith(KEPT):
            return self.shelf.given(request)
        if path == "/healthz":
            return as_json({"status": "ok"})
        if not self._from_here(request):
            return Response(b"forbidden", 403, "text/plain")
        if path.startswith("/_control"):
            return self.control.answer(request)
        if path.startswith("/static/"):
            return _static(path.removeprefix("/static/"))
        if path == "/templates" or path.startswith("/templates/"):
            return self.approvals.answer(request)
        return self.phones.answer(request)

    def _from_here(self, request: Request) -> bool:
        """The pages answer to this server's own names only, and take no form of another site."""
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        if self.options.host != "0.0.0.0" and host not in LOOPBACK | {self.options.host}:  # noqa: S104
            return False
        origin = request.headers.get("origin")
        foreign = origin and urlsplit(origin).netloc != request.headers.get("host")
        return request.method == "GET" or not foreign

    def when_kept(self, go: Callable[[], None]) -> None:
        """Go on after a commit: one for all requests that came in the same turn of the loop."""
        if self.store.is_kept:
            go()
            return
        if not self.waiting:
            asyncio.get_running_loop().call_soon(self._commit)
        self.waiting.append(go)

    def _commit(self) -> None:
        self.store.commit()
        waiting, self.waiting = self.waiting, []
        for go in waiting:
            go()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        self.delivery.resume()
        listening = await loop.create_server(
            lambda: Connection(self.answer, self.when_kept),
            self.options.host,
            self.options.port,
            backlog=1024,
            reuse_address=True,
        )
        port = listening.sockets[0].getsockname()[1]
        self.api.base_url = self.shelf.base_url = f"http://{self.options.host}:{port}"
        print(f"Listening on {self.api.base_url}", flush=True)
        committer = asyncio.ensure_future(self._commit_for_ever())
        await stop.wait()
        listening.close()
        committer.cancel()
        self.delivery.stop()
        self.store.close()

    async def _commit_for_ever(self) -> None:
        while True:
            await asyncio.sleep(4 * COMMIT_EVERY if self.store.is_kept else COMMIT_EVERY)
            self.store.commit()


def _static(name: str) -> Response:
    if name not in STATIC:
        return Response(b"", 404, "text/plain")
    content_type = f"{TYPES[Path(name).suffix]}; charset=utf-8"
    return Response(STATIC[name], 200, content_type, HEADERS)
