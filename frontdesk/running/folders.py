"""The data folder of one installation: its lock, its secrets, its sockets and what runs from it."""

import contextlib
import errno
import fcntl
import json
import os
import secrets
import shutil
import socket
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LONGEST_SOCKET_PATH = 104  # macOS; Linux takes 107
LOCK, NOTES = "up.lock", "up.json"
LONGEST_SOCKET_NAME = len("/.s.PGSQL.5432.lock")


class AlreadyRuns(Exception):
    """Another `up` holds this data folder."""


class NotWritable(Exception):
    """The data folder is none, or not ours."""


class NotATrials(Exception):
    """Something lies in this folder that no trial left there."""


class DataFolder:
    """`var/`, or what `--data` names."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.logs = self.path / "log"
        self.static = self.path / "static"
        self.media = self.path / "media"
        self._notes = self.path / NOTES
        self._held: int | None = None
        self._sockets: Path | None = None

    def hold(self) -> None:
        """Keep it for this process until it ends, however it ends."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            held = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as problem:
            raise NotWritable(
                f"Nothing can be written to {self.path} ({problem.strerror}):"
                " let it belong to you, or name another folder with --data."
            ) from problem
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
            at = self.recall("address")
            raise AlreadyRuns(
                f"Frontdesk already runs from {self.path}"
                + (f" at {at}" if at else "")
                + f" (process {self.recall('supervisor')})."
                + " Stop it there with Ctrl-C, or name another folder with --data."
            ) from None
        self._held = held
        self.note(supervisor=os.getpid(), address=None, trial=False)

    def hold_for_trial(self) -> None:
        """Keep it as `hold` does, emptied; only what a trial left there is taken away."""
        if self._files() and not self.recall("trial"):
            raise NotATrials(
                f"{self.path} is not empty, and no trial made what lies there:"
                " name a new folder with --data, or empty this one yourself."
            )
        self.hold()
        self.note(trial=True)
        self._clear()

    def release_and_remove(self) -> None:
        """Leave nothing of a trial, while nobody else can begin one here."""
        self._clear()
        self.release()
        shutil.rmtree(self.path, ignore_errors=True)

    def _clear(self) -> None:
        """Take away all but what says whose it is, so that a clearing broken off can go on."""
        for path in self._files():
            if path.name in (LOCK, NOTES):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()

    def _files(self) -> list[Path]:
        return list(self.path.iterdir()) if self.path.is_dir() else []

    def note(self, **facts: object) -> None:
        """Write down facts that a later start, or a second one, wants to know."""
        known = self._read_notes() | facts
        draft = self._notes.with_suffix(".new")
        draft.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
        draft.replace(self._notes)

    def recall(self, fact: str) -> Any:
        return self._read_notes().get(fact)

    def _read_notes(self) -> dict[str, Any]:
        try:
            notes: dict[str, Any] = json.loads(self._notes.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return notes

    def secret(self, name: str) -> str:
        """A secret made once and kept, readable by its owner alone."""
        path = self.path / name
        with contextlib.suppress(FileExistsError):
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(made, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii").strip()

    def share_environment(self, environ: Mapping[str, str]) -> None:
        """What other commands of this checkout join the running installation with."""
        path = self.path / "environment"
        path.unlink(missing_ok=True)
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(made, "w", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in environ.items())

    @property
    def sockets(self) -> Path:
        """A folder only we can enter: beside the data, or a shorter one where that is too deep."""
        if self._sockets is None:
            self._sockets = self._make_sockets()
        return self._sockets

    def _make_sockets(self) -> Path:
        beside = self.path / "run"
        if len(os.fsencode(beside)) + LONGEST_SOCKET_NAME <= LONGEST_SOCKET_PATH:
            beside.mkdir(mode=0o700, exist_ok=True)
            beside.chmod(0o700)
            return beside
        earlier = Path(self.recall("sockets") or "")
        if earlier.is_absolute() and _is_ours(earlier):
            return earlier
        short = Path(tempfile.mkdtemp(prefix="frontdesk-", dir=_short_place()))
        self.note(sockets=str(short))
        return short

    def release(self) -> None:
        """Take away what only a running installation needs."""
        self.note(address=None)
        (self.path / "environment").unlink(missing_ok=True)
        if self._sockets is not None and self._sockets.parent != self.path:
            shutil.rmtree(self._sockets, ignore_errors=True)
        if self._held is not None:
            os.close(self._held)


def _is_ours(path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    private = stat.S_IMODE(found.st_mode) == 0o700
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and private


def _short_place() -> str:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return runtime if runtime and os.access(runtime, os.W_OK) else "/tmp"  # noqa: S108  # nosec B108


def why_not_listen(host: str, port: int) -> str:
    """Say in a sentence why no server can listen there now; nothing when one can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                return (
                    f"Port {port} is taken by another program:"
                    f" end it, or name another one with --port."
                )
            if problem.errno == errno.EACCES:
                return f"Port {port} is for root alone: name one from 1024 on with --port."
            return f"This machine has no address {host}: name one of its own with --host."
    return ""


def free_port(preferred: int | None) -> int:
    """The port of last time when it is free, else any."""
    if preferred and not why_not_listen("127.0.0.1", preferred):
        return preferred
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port
