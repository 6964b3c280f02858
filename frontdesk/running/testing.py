"""`manage.py test`: servers of its own in `var/test`, a browser, then pytest as you asked."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from frontdesk.running import postgres, valkey
from frontdesk.running.folders import AlreadyRuns, DataFolder, NotWritable
from frontdesk.running.processes import DidNotStart, StopAsked, Supervisor, complain

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT / "var" / name for name in ("test", "test2", "test3", "test4")]
# The shell draws no window around a page, which costs as much again as the page itself.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
BROWSER_PACKAGES = BROWSERS[:2]
FONT_PACKAGES = ("fonts-noto-core", "fonts-liberation")
WALKS = "tests/browser"

# A test database is thrown away; waiting for the disk would only cost time.
IN_A_HURRY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# A test run must never reach a real account or a real clinic's data.
NOT_FOR_TESTS = {
    "DEBUG": "",
    "TWILIO_ACCOUNT_SID": "",
    "TWILIO_AUTH_TOKEN": "",
    "TWILIO_API_BASE": "",
    "TWILIO_FROM_WHATSAPP": "",
    "TWILIO_FROM_SMS": "",
    "EMAIL_FROM": "",
    "DATABASE_OWNER_URL": "",
}


def main(argv: Sequence[str]) -> int:
    """Pytest's exit code; 1 as well when CI had to leave the browser walks out."""
    try:
        browser = find_browser() or install_browser()
        left_out = "" if browser else _left_out()
        complain(left_out)
        code = _run(argv, browser)
    except StopAsked:
        return 130
    except (AlreadyRuns, DidNotStart, NotWritable, postgres.NoPostgres, valkey.NoValkey) as problem:
        complain(str(problem))
        return 1
    complain(left_out)
    is_ci = os.environ.get("CI", "").lower() in ("1", "true", "yes")
    return 1 if left_out and is_ci and not code else code


def _run(argv: Sequence[str], browser: str | None) -> int:
    data = _hold_one_of(FOLDERS)
    supervisor = Supervisor(data.logs, cwd=ROOT)
    supervisor.listen_to_signals()
    environ = os.environ | NOT_FOR_TESTS
    try:
        environ |= _start_servers(supervisor, data)
        command = [sys.executable, "-m", "pytest", *_spread(argv), *argv]
        if browser:
            environ["CHROMIUM"] = browser
        else:
            command.append(f"--ignore={WALKS}")
        return supervisor.run_in_terminal(command, environ)
    finally:
        supervisor.stop()
        data.release()


def _spread(argv: Sequence[str]) -> list[str]:
    """The whole suite runs on every core; a few files are quicker on one, with one database.

    One worker more than cores, because a walk often waits for a page, and the chaos for a lease.
    """
    names_some = any(Path(argument.partition("::")[0]).exists() for argument in argv)
    if names_some or any(argument.startswith(("-n", "--pdb")) for argument in argv):
        return []
    return ["-n", str((os.cpu_count() or 1) + 1), "--dist", "worksteal"]


def _hold_one_of(folders: Sequence[Path]) -> DataFolder:
    """Several runs may go on beside each other."""
    for folder in folders[:-1]:
        data = DataFolder(folder)
        try:
            data.hold()
        except AlreadyRuns:
            continue
        return data
    data = DataFolder(folders[-1])
    data.hold()
    return data


def _start_servers(supervisor: Supervisor, data: DataFolder) -> dict[str, str]:
    found: dict[str, str] = {}
    programs = []
    if not os.environ.get("DATABASE_URL"):
        cluster = postgres.Cluster(postgres.find(), data.path / "postgres", data.sockets)
        cluster.prepare()
        programs.append(cluster.program(max_connections="300", **IN_A_HURRY))
        found["DATABASE_URL"] = cluster.url(postgres.SUPERUSER)
    if not os.environ.get("REDIS_URL"):
        broker = valkey.Broker(valkey.find(), data.path / "valkey", data.sockets)
        programs.append(broker.program())
        found["REDIS_URL"] = broker.url
    for program in programs:
        supervisor.start(program)
    supervisor.wait_for([program.name for program in programs])
    if "DATABASE_URL" in found:
        cluster.make_roles()
    return found


def find_browser() -> str | None:
    """The one that CHROMIUM names, or Debian's, or the one of another system."""
    names = (os.environ.get("CHROMIUM", ""), *BROWSERS)
    return next((found for name in names if (found := shutil.which(name))), None)


def install_browser() -> str | None:
    """Through apt when we may; None when there is none to be had."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    print("Installing Chromium for the browser walks …", flush=True)
    if problem := _apt("update"):
        complain(problem)
        return None
    for package in BROWSER_PACKAGES:
        problem = _apt("install", "-y", "--no-install-recommends", package, *FONT_PACKAGES)
        if not problem:
            break
    complain(problem)
    return find_browser()


def _apt(*arguments: str) -> str:
    """What it said, if it failed."""
    done = subprocess.run(
        ["apt-get", "-qq", *arguments],
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr if done.returncode else ""


def _left_out() -> str:
    packages = " ".join((BROWSER_PACKAGES[0], *FONT_PACKAGES))
    return (
        f"The browser walks ({WALKS}) are left out: there is no Chromium here. To have them:"
        f" `sudo apt install {packages}`, then run this again."
    )
