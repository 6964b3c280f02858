"""Tie a process to the one that started it, so that nothing outlives a killed supervisor."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
ENDS_WITH_PARENT = "FRONTDESK_ENDS_WITH_PARENT"


def tie_to(parent: int, ending: signal.Signals) -> Callable[[], None]:
    """What a child does between fork and exec; nothing where the system knows no such thing."""
    if sys.platform != "linux":
        return lambda: None
    libc = ctypes.CDLL(None)

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(ending))
        if os.getppid() != parent:  # it ended before the tie was made
            os.kill(os.getpid(), signal.SIGKILL)

    return tie


def tie_web_worker() -> None:
    """A web server's worker ends with the server, if the supervisor that started both wants it."""
    if os.environ.get(ENDS_WITH_PARENT):
        tie_to(os.getppid(), signal.SIGKILL)()
