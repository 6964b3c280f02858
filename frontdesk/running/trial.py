"""An installation of its own for measuring and for breaking: its parts are killed and come back."""

import contextlib
import json
import os
import signal
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from frontdesk.running import memory, postgres
from frontdesk.running.folders import DataFolder, free_port
from frontdesk.running.processes import Program, StopAsked
from frontdesk.running.up import PYTHON, Up

# It invents people and messages: never where somebody's own are.
NOT_FOR_TRIALS = (
    *("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"),
    *("TWILIO_ACCOUNT_SID", "TWILIO_FROM_WHATSAPP", "TWILIO_FROM_SMS"),
)
MOST_ROWS = 20_000


class Trial(Up):
    """Servers, provider and database; the parts that send and hear are started one by one."""

    # The moment of each commit is kept, so that "committed before" is a fact and no guess. Little
    # is logged, because nobody reads it while this process itself waits for the database.
    database_settings: Mapping[str, str] = {
        "track_commit_timestamp": "on",
        "log_min_duration_statement": "-1",
        "log_checkpoints": "off",
    }

    def __init__(
        self, folder: Path, *, settings_module: str = "frontdesk.settings", keeps: bool = False
    ) -> None:
        for name in NOT_FOR_TRIALS:
            os.environ.pop(name, None)
        self.keeps = keeps
        super().__init__("127.0.0.1", free_port(None), DataFolder(folder), empty=True)
        self.environ["DJANGO_SETTINGS_MODULE"] = settings_module
        self.provider_url = ""

    @contextlib.contextmanager
    def prepared(self) -> Iterator[None]:
        """Servers up, the tables made; everything is gone afterwards."""
        self.data.hold_for_trial()
        self.supervisor.listen_to_signals()
        try:
            self._settle_environment()
            self.supervisor.wait_for(self._start_servers())
            self.provider_url = self.environ["TWILIO_API_BASE"]
            self._prepare_database()
            yield
        finally:
            self.supervisor.stop()
            if self.keeps:
                self.data.release()
            else:
                self.data.release_and_remove()

    def copy_database(self, name: str) -> None:
        """Another one with the same tables; nobody may be using the first one yet."""
        self.cluster.query(
            f"CREATE DATABASE {name} TEMPLATE {postgres.DATABASE} OWNER {postgres.OWNER}"
        )

    def use_database(self, name: str = postgres.DATABASE) -> None:
        """For the parts started from now on, and for this process."""
        from django.db import connection

        self.environ["DATABASE_URL"] = self.cluster.url(postgres.WEB, name)
        self.environ["DATABASE_OWNER_URL"] = self.cluster.url(postgres.OWNER, name)
        connection.close()
        connection.settings_dict["NAME"] = name

    def enter_database(self) -> None:
        """Let this very process ask the database, as its owner."""
        os.environ.update(self.environ)
        os.environ["DATABASE_URL"] = self.environ["DATABASE_OWNER_URL"]
        import django
        from django.conf import settings

        # A pool has threads, and a fork must not meet a lock that one of them holds.
        del settings.DATABASES["default"]["OPTIONS"]["pool"]
        django.setup()

    # Parts -------------------------------------------------------------------------------------

    def start_web(self) -> None:
        web, _ = self._pages()
        web.is_loud = False
        self.supervisor.start(web)
        self.supervisor.wait_for([web.name])

    def start_background(self, name: str) -> None:
        """A worker with a beat of its own."""
        schedule = str(self.data.path / f"beat-{name}")
        command = [PYTHON, "-m", "frontdesk.running.background", "--schedule", schedule]
        self.supervisor.start(self._part(name, command))

    def start_sender(self, name: str, *arguments: str) -> None:
        self.supervisor.start(self._part(name, [PYTHON, "manage.py", "pump", *arguments]))

    def _part(self, name: str, command: Sequence[str]) -> Program:
        environ = {k: v for k, v in self.environ.items() if k != "DATABASE_OWNER_URL"}
        return Program(name=name, command=command, environ=environ, is_loud=False)

    def pid(self, name: str) -> int:
        return self.supervisor.running[name].process.pid

    def send_signal(self, name: str, number: signal.Signals) -> None:
        with contextlib.suppress(KeyError, ProcessLookupError):
            os.kill(self.pid(name), number)

    def plant(self, name: str, **environ: str) -> None:
        """What the part finds in its environment when it is started next."""
        program = self.supervisor.running[name].program
        program.environ = dict(program.environ) | environ

    def watch(self, seconds: float) -> list[str]:
        again = self.supervisor.watch(seconds)
        if self.supervisor.stop_asked:
            raise StopAsked
        return again

    def stop_part(self, name: str) -> None:
        self.supervisor.end(name)

    def cpu_seconds(self, name: str) -> float:
        """What the part and all that it started have used."""
        return sum(map(cpu_seconds, memory.tree(self.pid(name))))

    # The provider ------------------------------------------------------------------------------

    def provider(self, deed: str = "", values: Mapping[str, Any] | None = None) -> Any:
        url = f"{self.provider_url}/_control{'/' + deed if deed else ''}"
        body = None if values is None else json.dumps(values).encode()
        request = urllib.request.Request(url, data=body)  # noqa: S310
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  # nosec B310
            return json.load(answer)

    def taken(self, direction: str = "outbound-api") -> list[dict[str, Any]]:
        """Every message that the provider really took, or that customers wrote (`inbound`)."""
        rows: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None:
            page = self.provider(f"messages?direction={direction}&after={after}&limit={MOST_ROWS}")
            rows += page["messages"]
            after = page["next"]
        return rows

    def count_taken(self) -> int:
        return int(self.provider("counts")["accepted"])

    def writes(self, phone: str, words: str) -> None:
        """A customer answers."""
        self.provider("inbound", {"phone": phone, "body": words})


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, with those of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
