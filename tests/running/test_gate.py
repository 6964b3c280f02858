import subprocess
import sys
import time
from pathlib import Path

from frontdesk.running.gate import closed, pass_through

HOLDING = """
import sys, time
from pathlib import Path
from frontdesk.running.gate import closed
with closed(Path(sys.argv[1])):
    print("ready", flush=True)
    time.sleep(60)
"""
WAITING = """
import sys
from pathlib import Path
from frontdesk.running.gate import pass_through
print("ready", flush=True)
pass_through(Path(sys.argv[1]))
print("through", flush=True)
"""


def started(code: str, gate: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, gate], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def test_it_opens_when_its_holder_lets_go(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    with closed(gate):
        process = started(WAITING, gate)
        time.sleep(0.2)
        assert process.poll() is None
    assert process.communicate(timeout=30)[0] == "through\n"


def test_nobody_is_locked_out_by_a_killed_holder(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    holder = started(HOLDING, gate)
    holder.kill()
    holder.wait(30)

    pass_through(gate)
