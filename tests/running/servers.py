"""python -m tests.running.servers DIR: servers and a parent with a child, until a signal."""

import os
import sys
from pathlib import Path

from frontdesk.running import postgres, valkey
from frontdesk.running.folders import DataFolder
from frontdesk.running.processes import Program, Supervisor

FAMILY = """
import os, signal, time
from frontdesk.running.parent import tie_web_worker
if os.fork() == 0:
    tie_web_worker()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(600)
"""


def main(folder: str) -> None:
    data = DataFolder(Path(folder))
    data.hold()
    supervisor = Supervisor(data.logs, cwd=Path.cwd())
    supervisor.listen_to_signals()
    cluster = postgres.Cluster(postgres.find(), data.path / "postgres", data.sockets)
    cluster.prepare()
    broker = valkey.Broker(valkey.find(), data.path / "valkey", data.sockets)
    family = Program(
        "family",
        [sys.executable, "-c", FAMILY],
        os.environ | {"FRONTDESK_ENDS_WITH_PARENT": "1", "FAMILY_OF": str(data.path)},
        patience=0.5,
    )
    for program in (cluster.program(fsync="off"), broker.program(), family):
        supervisor.start(program)
    supervisor.wait_for(list(supervisor.running))
    cluster.make_roles()
    print("ready", flush=True)
    supervisor.keep_running()
    supervisor.stop()
    data.release()


if __name__ == "__main__":
    main(sys.argv[1])
