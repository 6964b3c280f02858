"""`manage.py up`: what the environment does not name, then web, worker and beat, until Ctrl-C."""

import argparse
import contextlib
import hashlib
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from frontdesk.running import postgres, valkey
from frontdesk.running.folders import (
    AlreadyRuns,
    DataFolder,
    NotATrials,
    NotWritable,
    free_port,
    why_not_listen,
)
from frontdesk.running.gate import closed
from frontdesk.running.parent import ENDS_WITH_PARENT
from frontdesk.running.processes import (
    DidNotStart,
    Program,
    StopAsked,
    Supervisor,
    complain,
)

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
# What another command needs to work on the same installation (environment.join_running).
SHARED = (
    *("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "PUBLIC_BASE_URL"),
    *("ALLOWED_HOSTS", "STATIC_ROOT", "MEDIA_ROOT", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
    *("TWILIO_API_BASE", "TWILIO_FROM_WHATSAPP", "TWILIO_FROM_SMS"),
)
INBOUND_PATH = "/tw/in/"
# Named from outside, each is a clinic's own: no invented people go there.
OWN = {"DATABASE_URL": "a database", "TWILIO_ACCOUNT_SID": "a messaging account"}
FIRST_ADMIN = (
    "python3 manage.py first_admin USERNAME --name NAME --branch BRANCH --code CODE --zone WIB"
)


def main(argv: Sequence[str]) -> int:
    """The exit code; each foreseeable failure is one sentence."""
    given = _arguments().parse_args(argv)
    try:
        Up(given.host, given.port, DataFolder(given.data), empty=given.empty).run()
    except EXPECTED as problem:
        complain(str(problem))
        return 1
    except OSError as problem:
        complain(f"{problem.strerror or problem}: {problem.filename or ''}")
        return 1
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py up", description=__doc__)
    parser.add_argument("--port", type=_port, default=8000, help="of the web pages (8000)")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="0.0.0.0 opens the pages to the whole network; the demo's passwords are known to all",
    )
    parser.add_argument(
        "--data", type=Path, default=ROOT / "var", metavar="DIR", help="where everything is kept"
    )
    parser.add_argument(
        "--empty",
        action="store_true",
        help="no demo clinic; nor is there one with a DATABASE_URL or TWILIO_ACCOUNT_SID of yours",
    )
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 0 < int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"a number from 1 to 65535, not {text!r}")
    return int(text)


class CannotListen(Exception):
    """The pages cannot be served at this address and port."""


# Each says in one sentence what is wrong and what to do.
EXPECTED = (
    *(AlreadyRuns, CannotListen, DidNotStart, NotATrials, NotWritable),
    *(postgres.NoPostgres, valkey.NoValkey),
)


class Up:
    """One start of everything, from the first folder to the last goodbye."""

    # What PostgreSQL gets beside its usual settings.
    database_settings: Mapping[str, str] = {}

    def __init__(self, host: str, port: int, data: DataFolder, *, empty: bool) -> None:
        self.host = host
        self.port = port
        self.data = data
        self.empty = empty
        self.environ = dict(os.environ)
        self.has_own_database = not self.environ.get("DATABASE_URL")
        self.given = [name for name in OWN if self.environ.get(name)]
        self.began = time.monotonic()
        self.supervisor = Supervisor(data.logs, cwd=ROOT, say=self.say)
        self.address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"
        self.phone_page = ""

    def say(self, sentence: str) -> None:
        print(sentence, flush=True)

    def run(self) -> None:
        self.data.hold()
        if reason := why_not_listen(self.host, self.port):
            raise CannotListen(reason)
        self.supervisor.listen_to_signals()
        try:
            with contextlib.suppress(StopAsked):
                self._start()
                self.supervisor.keep_running()
            self.say("Stopping …")
        finally:
            self.supervisor.stop()
            self.data.release()
        self.say("Stopped.")

    def _start(self) -> None:
        if not self.has_own_database:
            self._look_at_database()
        elif self.given and self.data.recall("demo"):
            # Its reminders wait for their day, and somebody has those numbers.
            raise DidNotStart(
                f"The demo clinic lives in {self.data.path}, and TWILIO_ACCOUNT_SID would write to"
                " its invented people: name another folder with --data, or leave the account out."
            )
        self._settle_environment()
        servers = self._start_servers()
        shared = {name: self.environ[name] for name in SHARED if name in self.environ}
        self.data.share_environment(shared)
        web, background = self._pages()
        gate = self.data.path / "prepared.lock"
        with closed(gate):
            # What takes the web long is to load; it opens when the database is ready.
            web.command = [*web.command, "--after", str(gate)]
            if has_new_files := not self._is_collected():
                web.command.append("--collect")
            self.supervisor.start(web)
            self.supervisor.wait_for(servers)
            self._prepare_database()
        self.supervisor.wait_for([web.name])
        if has_new_files:
            self.data.note(static=self._static_print())
        self._greet()
        self.supervisor.start(background)

    def _look_at_database(self) -> None:
        url = self.environ["DATABASE_URL"]
        # Only the settings read the way in which a socket is named there.
        if "@/" not in url and (reason := postgres.why_not_reach(url)):
            raise DidNotStart(reason)

    def _is_collected(self) -> bool:
        """Whether the static files are the ones of last time."""
        collected = Path(self.environ["STATIC_ROOT"], "staticfiles.json").exists()
        return collected and self.data.recall("static") == self._static_print()

    def _static_print(self) -> str:
        """Changes with every file, with the packages that bring some, and with the target."""
        files = [path for path in (ROOT / "static").rglob("*") if path.is_file()]
        facts = [(str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in sorted(files)]
        packages = (ROOT / "requirements.txt").read_bytes()
        told = repr((facts, packages, self.environ["STATIC_ROOT"]))
        return hashlib.sha256(told.encode()).hexdigest()

    # What the children read ----------------------------------------------------------------

    def _settle_environment(self) -> None:
        given = self.environ
        given.setdefault("SECRET_KEY", "")
        if not given["SECRET_KEY"]:
            given["SECRET_KEY"] = self.data.secret("secret_key")
        given.setdefault("PUBLIC_BASE_URL", self.address)
        given.setdefault("STATIC_ROOT", str(self.data.static))
        given.setdefault("MEDIA_ROOT", str(self.data.media))
        given.setdefault("ALLOWED_HOSTS", ",".join(self._names()))
        given.setdefault("LOG_LEVEL", "WARNING")
        given["PYTHONUNBUFFERED"] = "1"
        given.setdefault("MALLOC_ARENA_MAX", "2")  # threads share arenas: a quarter less memory
        given[ENDS_WITH_PARENT] = "1"

    def _names(self) -> list[str]:
        if self.host == "0.0.0.0":
            return ["*"]
        return ["localhost", "127.0.0.1", "[::1]", self.host]

    # Servers -------------------------------------------------------------------------------

    def _start_servers(self) -> list[str]:
        programs: list[Program] = []
        if self.has_own_database:
            self.cluster = postgres.Cluster(
                postgres.find(), self.data.path / "postgres", self.data.sockets
            )
            self.cluster.prepare()
            if self.cluster.data.parent != self.data.path:
                self.say(
                    f"PostgreSQL may not enter this folder; its data lies in {self.cluster.data}."
                )
            programs.append(self.cluster.program(**self.database_settings))
            self.environ |= postgres.environ_for(self.cluster)
        if not self.environ.get("REDIS_URL"):
            broker = valkey.Broker(valkey.find(), self.data.path / "valkey", self.data.sockets)
            programs.append(broker.program())
            self.environ["REDIS_URL"] = broker.url
        if not self.environ.get("TWILIO_ACCOUNT_SID"):
            programs.append(self._provider())
        for program in programs:
            self.supervisor.start(program)
        return [program.name for program in programs]

    def _provider(self) -> Program:
        """A local stand-in that behaves like Twilio, with a page of the customers' phones."""
        port = free_port(self.data.recall("provider_port"))
        self.data.note(provider_port=port)
        base = f"http://127.0.0.1:{port}"
        self.phone_page = f"{base}/"
        self.environ |= {
            "TWILIO_ACCOUNT_SID": self._account_sid(),
            "TWILIO_AUTH_TOKEN": self.data.secret("twilio_auth_token"),
            "TWILIO_API_BASE": base,
        }
        self.environ.setdefault("TWILIO_FROM_WHATSAPP", "whatsapp:+6281100000000")
        self.environ.setdefault("TWILIO_FROM_SMS", "KLINIK")
        inbound = self.environ["PUBLIC_BASE_URL"].rstrip("/") + INBOUND_PATH
        command = [PYTHON, "-m", "twilio_local", "--port", str(port)]
        command += ["--data", str(self.data.path / "provider"), "--inbound-url", inbound]
        return Program(
            name="provider",
            command=command,
            environ=self.environ,
            is_ready=lambda: _answers(f"{base}/healthz"),
        )

    def _account_sid(self) -> str:
        known = self.data.recall("twilio_account_sid") or f"AC{secrets.token_hex(16)}"
        self.data.note(twilio_account_sid=known)
        return str(known)

    # The database --------------------------------------------------------------------------

    def _prepare_database(self) -> None:
        if self.has_own_database:
            self.cluster.make_roles()
        steps = ["--logins", str(self.data.path / "logins")]
        if self.environ.get("DATABASE_OWNER_URL"):
            web = urllib.parse.urlsplit(self.environ["DATABASE_URL"]).username or ""
            steps += ["--web-role", web]
        if self._wants_demo():
            steps.append("--demo")
        self.say("Bringing the database up to date …")
        as_owner = self.environ.get("DATABASE_OWNER_URL") or self.environ["DATABASE_URL"]
        preparing = self._manage("prepare", "prepare", *steps)
        preparing.environ = self.environ | {"DATABASE_URL": as_owner}
        self.supervisor.run(preparing)

    def _manage(self, name: str, *arguments: str) -> Program:
        return Program(
            name=name,
            command=[PYTHON, "manage.py", *arguments],
            environ=self.environ,
            is_loud=False,
        )

    def _wants_demo(self) -> bool:
        """Decided once a data folder: a real clinic's data never gets a demo's later."""
        decided = self.data.recall("demo")
        wanted = bool(not (self.empty or self.given) if decided is None else decided)
        self.data.note(demo=wanted)
        return wanted and not self.given

    # Pages ---------------------------------------------------------------------------------

    def _pages(self) -> tuple[Program, Program]:
        """Web, then worker with beat: the counter opens while these still load."""
        pages = {k: v for k, v in self.environ.items() if k != "DATABASE_OWNER_URL"}
        web = [PYTHON, "-m", "frontdesk.running.web"]
        background = [PYTHON, "-m", "frontdesk.running.background"]
        return (
            Program(
                name="web",
                command=[*web, "--host", self.host, "--port", str(self.port)],
                environ=pages,
                is_ready=lambda: _answers(f"{self.address}/healthz"),
            ),
            Program(
                name="worker",
                command=[*background, "--schedule", str(self.data.path / "beat-schedule")],
                environ=pages,
            ),
        )

    def _greet(self) -> None:
        seconds = time.monotonic() - self.began
        self.data.note(address=self.address)
        self.say(f"\nFrontdesk is ready after {seconds:.1f} s:  {self.address}")
        if self.phone_page:
            self.say(f"Customers' phones (local provider):  {self.phone_page}")
        if logins := self._logins():
            self.say(f"\n{logins}")
        else:
            self.say(f"\n{self._why_no_logins()} If nobody is there yet: {FIRST_ADMIN}")
        self.say("\nCtrl-C stops everything.")

    def _why_no_logins(self) -> str:
        if not self.given:
            return "No demo clinic here."
        names = " and ".join(f"{name} names {OWN[name]} of yours" for name in self.given)
        return f"No demo clinic, because {names}."

    def _logins(self) -> str:
        try:
            return (self.data.path / "logins").read_text(encoding="utf-8").rstrip()
        except OSError:
            return ""


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # nosec B310
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, json.JSONDecodeError):
        return False
