import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from frontdesk.running import up
from frontdesk.running.folders import AlreadyRuns, DataFolder, free_port
from frontdesk.running.valkey import Broker

# Seconds: what is waited for takes less than one, more on a busy machine; a fault takes for ever.
PATIENCE = 30


class Started:
    """A supervisor in a process of its own, with real servers under it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.running.servers", str(folder)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == "ready\n"

    def family(self) -> set[int]:
        """The supervisor's children, theirs, and so on."""
        parents = {pid: parent for pid, (_, parent) in processes().items()}
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found - {self.process.pid}

    def kill(self, name: str) -> None:
        for pid in self.family():
            if processes()[pid][0] == name:
                os.kill(pid, signal.SIGKILL)


def processes() -> dict[int, tuple[str, int]]:
    """Name and parent of every process that is not a mere entry waiting to be read."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, tail = entry.read_text().rpartition(")")
        except OSError:
            continue
        state, parent = tail.split()[:2]
        if state != "Z":
            found[int(entry.parent.name)] = (head.partition("(")[2], int(parent))
    return found


def are_gone(pids: set[int]) -> bool:
    return not pids & processes().keys()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    running = Started(tmp_path / "data")
    family = running.family()
    yield running
    running.process.kill()
    running.process.wait()
    for pid in family & processes().keys():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def within(seconds: float, happened: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happened():
            return True
        time.sleep(0.05)
    return False


def test_nothing_outlives_a_killed_supervisor(started: Started):
    # PostgreSQL and its helpers, Valkey, a parent, and its child that ignores polite signals.
    assert within(PATIENCE, lambda: len(started.family()) >= 8)
    family = started.family()
    started.process.kill()
    assert within(PATIENCE, lambda: are_gone(family))


def test_ctrl_c_stops_everything_and_leaves_no_socket(started: Started):
    family = started.family()
    started.process.send_signal(signal.SIGINT)
    assert started.process.wait(timeout=PATIENCE) == 0
    assert are_gone(family)
    assert list((started.folder / "run").iterdir()) == []


def test_a_child_that_dies_is_started_again(started: Started):
    broker = Broker(Path("valkey-server"), started.folder, started.folder / "run")
    assert broker.is_ready()
    started.kill("valkey-server")
    assert started.process.stdout
    assert "valkey was killed by signal 9" in started.process.stdout.readline()
    assert within(PATIENCE, broker.is_ready)


def test_data_survives_a_killed_supervisor(started: Started):
    started.process.kill()
    started.process.wait()
    again = Started(started.folder)
    again.process.send_signal(signal.SIGTERM)
    assert again.process.wait(timeout=PATIENCE) == 0


def test_a_second_start_on_the_same_folder_is_refused(
    started: Started, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(AlreadyRuns, match=f"process {started.process.pid}"):
        DataFolder(started.folder).hold()
    assert up.main(["--data", str(started.folder)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Frontdesk already runs from")
    assert said.count("\n") == 1


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert up.main(["--data", str(tmp_path), "--port", str(port)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"Port {port} is taken")
    assert said.count("\n") == 1


@pytest.mark.parametrize("port", ["0", "65536", "80x", "９９"])
def test_what_is_no_port_is_refused(port: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        up.main(["--data", str(tmp_path), "--port", port])
    assert "from 1 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["192.0.2.1", "nobody.invalid"])
def test_an_address_of_another_machine_is_said_in_one_sentence(
    host: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert up.main(["--data", str(tmp_path), "--host", host]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"This machine has no address {host}")
    assert said.count("\n") == 1


def test_a_database_that_lets_nobody_in_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("DATABASE_URL", "postgres://web@127.0.0.1:1/frontdesk")
    assert up.main(["--data", str(tmp_path), "--port", str(free_port(None))]) == 1
    said = capsys.readouterr().err
    assert said.startswith("The database that DATABASE_URL names does not let us in")
    assert "Connection refused" in said
    assert said.count("\n") == 1


def test_a_folder_that_is_none_is_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "file").touch()
    assert up.main(["--data", str(tmp_path / "file" / "var")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Nothing can be written to")
    assert said.count("\n") == 1
