"""The project's own Twilio server as a process; a conftest imports `twilio_server`, `provider`."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3
from twilio.rest import Client

ROOT = Path(__file__).resolve().parent.parent
ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "token-of-the-local-tests"
WHATSAPP_FROM = "whatsapp:+6281100000000"


@dataclass
class TwilioServer:
    process: subprocess.Popen[str]
    url: str
    account_sid: str = ACCOUNT_SID
    auth_token: str = AUTH_TOKEN

    def __post_init__(self):
        self.http = urllib3.PoolManager(retries=False, timeout=30)

    @property
    def authorization(self) -> str:
        pair = f"{self.account_sid}:{self.auth_token}"
        return urllib3.make_headers(basic_auth=pair)["authorization"]

    def client(self):
        client = Client(self.account_sid, self.auth_token)
        client.api.base_url = self.url
        client.content.base_url = self.url
        return client

    def get(self, path: str, **headers: str):
        return self.http.request("GET", self.url + path, headers=headers or None, redirect=False)

    def control(self, deed: str = "", values: dict[str, Any] | None = None) -> Any:
        url = f"{self.url}/_control{'/' + deed if deed else ''}"
        if values is None:
            answer = self.http.request("GET", url)
        else:
            answer = self.http.request("POST", url, body=json.dumps(values))
        assert answer.status == 200, answer.data
        return answer.json()

    def set(self, **settings: Any) -> None:
        self.control("", settings)

    def reset(self) -> None:
        """No messages, no faults, and a fate that comes at once."""
        self.control("reset", {})
        self.set(sent_ms=20, delivered_ms=20, read_ms=20, whatsapp_mps=0, sms_mps=0)

    def accepted(self) -> list[dict[str, Any]]:
        """The oracle: every message that was really taken."""
        rows: list[dict[str, Any]] = []
        after = 0
        while after is not None:
            page = self.control(f"messages?after={after}")
            rows += page["messages"]
            after = page["next"]
        return rows

    def inbound(self, phone: str, body: str, **values: Any) -> str:
        return self.control("inbound", {"phone": phone, "body": body, **values})["sid"]


def start_server(data: Path, *arguments: str) -> TwilioServer:
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "twilio_local", "--port", "0", "--data", str(data)),
            *("--account-sid", ACCOUNT_SID, "--auth-token", AUTH_TOKEN, *arguments),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout
    line = process.stdout.readline()
    assert line.startswith("Listening on "), line
    return TwilioServer(process, line.removeprefix("Listening on ").strip())


def stop_server(server: TwilioServer) -> None:
    server.process.terminate()
    server.process.wait(10)


@pytest.fixture(scope="session")
def twilio_server(tmp_path_factory) -> Iterator[TwilioServer]:
    server = start_server(tmp_path_factory.mktemp("twilio"))
    yield server
    stop_server(server)


@pytest.fixture
def provider(twilio_server) -> TwilioServer:
    """The server as if just started."""
    twilio_server.reset()
    return twilio_server


def until(condition: Callable[[], Any], *, seconds: float = 60.0) -> Any:
    """The first true answer of the condition."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")
