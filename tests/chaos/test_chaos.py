"""The short form of `manage.py bench chaos`, on servers of its own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 600


@pytest.mark.timeout(PATIENCE)
def test_nothing_is_lost_or_doubled_whatever_dies(tmp_path):
    """The same oracle must see what the naive policy does, or its silence means nothing."""
    done = subprocess.run(
        [
            *(sys.executable, "manage.py", "bench", "chaos", "--data", str(tmp_path / "chaos")),
            *("--messages", "1500", "--per-second", "150", "--kills", "6", "--pg-restarts", "1"),
            *("--control", "60", "--seed", "7"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )

    naive, _, ours = done.stdout.partition(": our policy")
    assert "BROKEN  sent more than once" in naive, done.stdout
    assert "BROKEN" not in ours, done.stdout
    for seen in (
        *("database restarted at once", "sender killed", "web killed", "broker emptied"),
        *("worker and beat killed", "notices said in one message", "notices parted again"),
        *("rate_limited", "server_error_after", "drop_before", "drop_after", r"hang_\w+"),
    ):
        assert re.search(rf"{seen} +[1-9]", ours), f"{seen}: {done.stdout}"
    assert done.returncode == 0, done.stdout
