#!/usr/bin/env python3
"""Frontdesk's commands. Needs nothing but Python: it makes its own environment first."""

import importlib
import os
import runpy
import sys
from pathlib import Path


def main() -> None:
    if os.name != "posix":
        sys.exit("Frontdesk runs on Linux and macOS; on Windows inside WSL.")
    here = Path(__file__).resolve().parent
    # By path, because importing the package may already need what is not installed yet.
    runpy.run_path(str(here / "frontdesk" / "running" / "environment.py"))["enter"](sys.argv)

    # These start Django in processes of their own, and stay small themselves.
    alone = {
        "up": "frontdesk.running.up",
        "test": "frontdesk.running.testing",
        "bench": "frontdesk.running.benching",
    }
    if len(sys.argv) > 1 and sys.argv[1] in alone:
        sys.exit(importlib.import_module(alone[sys.argv[1]]).main(sys.argv[2:]))

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdesk.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
