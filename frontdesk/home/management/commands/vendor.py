"""Fetches the third-party files that the browser loads; there is no Node build."""

import argparse
import base64
import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

ROOT = Path(settings.BASE_DIR)
VENDOR = ROOT / "static/vendor"
LOCK = VENDOR / "vendor.lock.json"
# One name a line: add it here, run the command, and `{% icon "name" %}` knows it.
ICONS = VENDOR / "icons/icons.txt"
SPRITE = "static/vendor/icons/icons.svg"
FONT = "plus-jakarta-sans"


class Package(NamedTuple):
    """A package at its pinned version; `files` maps a path in its tarball to one in the project."""

    name: str
    version: str
    files: dict[str, str]


PACKAGES = [
    Package(
        "htmx.org",
        "2.0.11",
        {
            "dist/htmx.min.js": "static/vendor/htmx/htmx.min.js",
            "LICENSE": "static/vendor/htmx/LICENSE",
        },
    ),
    Package("bootstrap-icons", "1.13.2", {"LICENSE": "static/vendor/icons/LICENSE"}),
    Package(
        "@fontsource-variable/plus-jakarta-sans",
        "5.3.0",
        {
            f"files/{FONT}-latin-wght-normal.woff2": f"static/vendor/fonts/{FONT}-latin.woff2",
            f"files/{FONT}-latin-ext-wght-normal.woff2": (
                f"static/vendor/fonts/{FONT}-latin-ext.woff2"
            ),
            "LICENSE": "static/vendor/fonts/LICENSE",
        },
    ),
    Package(
        "axe-core",
        "4.14.1",
        {
            "axe.min.js": "tests/browser/vendor/axe.min.js",
            "LICENSE": "tests/browser/vendor/LICENSE",
        },
    ),
]


class Command(BaseCommand):
    help = "Fetch the pinned third-party browser files, or check those that are here."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="compare the files with the lock; no network"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        lock = json.loads(LOCK.read_text()) if LOCK.exists() else {}
        if options["check"]:
            self._check(lock)
            return
        LOCK.parent.mkdir(parents=True, exist_ok=True)
        LOCK.write_text(json.dumps({p.name: _install(p, lock) for p in PACKAGES}, indent=2) + "\n")
        self.stdout.write(f"{len(PACKAGES)} packages")

    def _check(self, lock: dict[str, Any]) -> None:
        for entry in lock.values():
            for path, digest in entry["files"].items():
                if not (ROOT / path).exists() or _sha512((ROOT / path).read_bytes()) != digest:
                    raise CommandError(f"{path} differs from {LOCK.name}")
        self.stdout.write("as locked")


def _install(package: Package, lock: dict[str, Any]) -> dict[str, Any]:
    """Unpack one package and return its entry of the lock."""
    tarball = _pack(package)
    integrity = _sha512(tarball.read_bytes())
    known = lock.get(package.name, {})
    if known.get("version") == package.version and known["integrity"] != integrity:
        raise CommandError(f"{package.name} {package.version} is not the one that was locked")

    written: dict[str, str] = {}
    with tarfile.open(tarball) as archive:
        for source, target in package.files.items():
            written[target] = _write(target, _member(archive, source))
        if package.name == "bootstrap-icons":
            written[SPRITE] = _write(SPRITE, _sprite(archive))
    return {"version": package.version, "integrity": integrity, "files": written}


def _pack(package: Package) -> Path:
    folder = tempfile.mkdtemp()
    spec = f"{package.name}@{package.version}"
    subprocess.run(["npm", "pack", "--silent", spec], cwd=folder, check=True, capture_output=True)
    return next(Path(folder).glob("*.tgz"))


def _member(archive: tarfile.TarFile, path: str) -> bytes:
    member = archive.extractfile(f"package/{path}")
    if member is None:
        raise CommandError(f"{path} is not a file")
    return member.read()


def _write(target: str, content: bytes) -> str:
    """Write one file and return its hash."""
    if target.endswith((".js", ".css")):
        # ManifestStaticFilesStorage refuses a file whose source map is not there.
        content = re.sub(rb"\n?(//|/\*)# sourceMappingURL=.*", b"", content)
    (ROOT / target).parent.mkdir(parents=True, exist_ok=True)
    (ROOT / target).write_bytes(content)
    return _sha512(content)


def _sprite(archive: tarfile.TarFile) -> bytes:
    symbols = []
    for name in sorted(ICONS.read_text().split()):
        svg = _member(archive, f"icons/{name}.svg").decode()
        found = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
        if found is None:
            raise CommandError(f"{name} is not an SVG drawing")
        shapes = re.sub(r"\s*\n\s*", "", found[1])
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{shapes}</symbol>')
    body = "\n".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n'.encode()


def _sha512(content: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
