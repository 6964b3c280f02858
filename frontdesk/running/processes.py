"""Start programs in order, keep them running, show what they say, and stop them together."""

import contextlib
import logging
import logging.handlers
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from frontdesk.running.parent import tie_to

LOG_BYTES = 2_000_000
LOGS_KEPT = 3
LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0


class DidNotStart(Exception):
    """A program ended, or did not answer in time, while it was being started."""


class StopAsked(Exception):
    """Ctrl-C, or a polite signal."""


@dataclass
class Program:
    """What to start, how to see that it is ready, and how it likes to be stopped."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    is_ready: Callable[[], bool] = lambda: True
    stop_with: signal.Signals = signal.SIGTERM
    orphan_with: signal.Signals = signal.SIGKILL
    patience: float = 4.0
    is_server: bool = False  # the others stand on it, so it stops last
    is_loud: bool = True


@dataclass
class Running:
    """A started program and its output."""

    program: Program
    process: subprocess.Popen[bytes]
    since: float
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=15))
    rest: bytes = b""
    failures: int = 0

    @property
    def output(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout


class Supervisor:
    """One thread does everything, so that a fork never meets a held lock."""

    def __init__(self, log_folder: Path, *, cwd: Path, say: Callable[[str], None] = print) -> None:
        self.log_folder = log_folder
        self.cwd = cwd
        self.say = say
        self.running: dict[str, Running] = {}
        self.due_again: dict[str, tuple[float, Program, int]] = {}
        self.selector = selectors.DefaultSelector()
        self.logs: dict[str, logging.handlers.RotatingFileHandler] = {}
        self.stop_asked = False
        self.is_stopping = False  # goodbyes are for the log file
        self._wake, self._woken = socket.socketpair()

    def listen_to_signals(self) -> None:
        """Wake up for Ctrl-C and for a child's end instead of looking at the clock."""
        for end in (self._wake, self._woken):
            end.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        self.selector.register(self._woken, selectors.EVENT_READ, None)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _note_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stop_asked = True

    # Starting ------------------------------------------------------------------------------

    def start(self, program: Program, *, failures: int = 0) -> None:
        """Start it and go on; `wait_for` waits."""
        process = self._spawn(program)
        running = Running(program, process, time.monotonic(), failures=failures)
        self.running[program.name] = running
        os.set_blocking(running.output.fileno(), False)
        self.selector.register(running.output, selectors.EVENT_READ, running)

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            program.command,
            env=dict(program.environ),
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone
            preexec_fn=tie_to(os.getpid(), program.orphan_with),
        )

    def wait_for(self, names: Iterable[str], *, seconds: float = 60.0) -> None:
        """Come back when all of them answer; say which one does not."""
        until = time.monotonic() + seconds
        waiting = list(names)
        while waiting:
            running = self.running[waiting[0]]
            if running.process.poll() is not None:
                self._drain(running)
                raise DidNotStart(self._why(running, "ended while starting"))
            if running.program.is_ready():
                waiting.pop(0)
                continue
            if time.monotonic() > until:
                raise DidNotStart(self._why(running, f"did not answer within {seconds:.0f} s"))
            self._pump(0.1)
            if self.stop_asked:
                raise StopAsked

    def _pump(self, seconds: float) -> None:
        """Listen for that long, however much they say; a signal cuts it short."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.stop_asked:
            self._look(left)

    def run(self, program: Program) -> None:
        """Run it to its end; its output is shown only when it fails."""
        self.start(program)
        self.finish(program.name)

    def finish(self, name: str) -> None:
        """Wait for the end of a program that was started to end by itself."""
        running = self.running[name]
        while running.process.poll() is None:
            self._look(0.2)
            if self.stop_asked:
                raise StopAsked
        self._forget(running)
        if running.process.returncode:
            raise DidNotStart(self._why(running, f"failed ({running.process.returncode})"))

    def _why(self, running: Running, what: str) -> str:
        name = running.program.name
        lines = "\n".join(f"    {line}" for line in running.last_lines)
        return f"{name} {what}. Its last lines ({self.log_folder / name}.log):\n{lines}"

    def run_in_terminal(self, command: Sequence[str], environ: Mapping[str, str]) -> int:
        """Give the terminal to a program until it ends, and keep listening to the others."""
        process = subprocess.Popen(command, env=dict(environ), cwd=self.cwd)
        asked_before = False
        while process.poll() is None:
            self._look(0.5)
            if self.stop_asked and asked_before:
                process.kill()
            asked_before, self.stop_asked = self.stop_asked or asked_before, False
        return process.returncode

    # Keeping it running --------------------------------------------------------------------

    def keep_running(self) -> None:
        """Until somebody asks to stop; whoever ends by itself is started again."""
        while not self.stop_asked:
            self._look(self._seconds_to_next())
            for running in [r for r in self.running.values() if r.process.poll() is not None]:
                self._plan_again(running)
            for name, (due, program, failures) in list(self.due_again.items()):
                if due <= time.monotonic() and not self.stop_asked:
                    del self.due_again[name]
                    self.start(program, failures=failures)

    def watch(self, seconds: float) -> list[str]:
        """For that long; whoever ends by itself is started again at once. Return their names."""
        began_again: list[str] = []
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.stop_asked:
            self._look(min(left, 0.1))
            for running in [r for r in self.running.values() if r.process.poll() is not None]:
                self._forget(running)
                self.start(running.program)
                began_again.append(running.program.name)
        return began_again

    def _seconds_to_next(self) -> float:
        dues = [due for due, _, _ in self.due_again.values()]
        return max(0.0, min(dues) - time.monotonic()) if dues else 60.0

    def _plan_again(self, running: Running) -> None:
        self._forget(running)
        lived = time.monotonic() - running.since
        failures = 1 if lived > STEADY_AFTER else running.failures + 1
        pause = min(LONGEST_PAUSE, 0.5 * 2 ** (failures - 1))
        name, code = running.program.name, running.process.returncode
        ended = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        self.say(f"{name} {ended}; starting it again in {pause:.1f} s.")
        self.due_again[name] = (time.monotonic() + pause, running.program, failures)

    def _forget(self, running: Running) -> None:
        self._drain(running)
        with contextlib.suppress(KeyError):
            self.selector.unregister(running.output)
        running.output.close()
        self.running.pop(running.program.name, None)
        self._signal_group(running, signal.SIGKILL)  # what it left behind

    # Stopping ------------------------------------------------------------------------------

    def end(self, name: str) -> None:
        """Only this one, and for good."""
        if running := self.running.get(name):
            self._stop([running])

    def stop(self) -> None:
        """First what stands on the servers, then the servers; late ones are killed."""
        self.stop_asked = False
        self.is_stopping = True
        for servers in (False, True):
            self._stop([r for r in self.running.values() if r.program.is_server is servers])
        for handler in self.logs.values():
            handler.close()

    def _stop(self, programs: list[Running]) -> None:
        began = time.monotonic()
        for running in programs:
            with contextlib.suppress(ProcessLookupError):
                running.process.send_signal(running.program.stop_with)
        while left := [r for r in programs if r.process.poll() is None]:
            self._look(0.05)
            for running in left:
                late = time.monotonic() - began > running.program.patience
                if late or self.stop_asked:  # a second Ctrl-C
                    self._signal_group(running, signal.SIGKILL)
        for running in programs:
            self._forget(running)

    @staticmethod
    def _signal_group(running: Running, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(running.process.pid, number)

    # What they say -------------------------------------------------------------------------

    def _look(self, seconds: float) -> None:
        for key, _ in self.selector.select(seconds):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    self._woken.recv(4096)
            else:
                self._read(key.data)

    def _drain(self, running: Running) -> None:
        if not running.output.closed:
            while self._read(running):
                pass
            if running.rest:
                self._tell(running, running.rest)
                running.rest = b""

    def _read(self, running: Running) -> bool:
        """Take what is there; False at the end or when there is nothing just now."""
        try:
            piece = os.read(running.output.fileno(), 65536)
        except BlockingIOError:
            return False
        if not piece:
            with contextlib.suppress(KeyError):
                self.selector.unregister(running.output)
            return False
        *lines, running.rest = (running.rest + piece).split(b"\n")
        for line in lines:
            self._tell(running, line)
        return True

    def _tell(self, running: Running, raw: bytes) -> None:
        line = raw.decode("utf-8", "replace").rstrip()
        running.last_lines.append(line)
        program = running.program
        self._log(program.name).emit(logging.makeLogRecord({"msg": line}))
        if program.is_loud and not self.is_stopping:
            with contextlib.suppress(OSError):
                print(f"{program.name:>8} | {line}", flush=True)

    def _log(self, name: str) -> logging.handlers.RotatingFileHandler:
        if name not in self.logs:
            self.log_folder.mkdir(parents=True, exist_ok=True)
            path = self.log_folder / f"{name}.log"
            self.logs[name] = logging.handlers.RotatingFileHandler(
                path, maxBytes=LOG_BYTES, backupCount=LOGS_KEPT, encoding="utf-8"
            )
        return self.logs[name]


def complain(sentence: str) -> None:
    """Say it on stderr, if there is anything to say."""
    if sentence:
        print(sentence, file=sys.stderr, flush=True)
