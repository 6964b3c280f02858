"""Whether every sentence of the product has its English, and the compiled file is the newest."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

PARTS = ("frontdesk", "customers", "notifications", "treatments", "templates", "static", "locale")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")


class Command(BaseCommand):
    help = "Fails when a translation is missing, doubtful, left over, or not compiled."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        problems = []
        languages = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        for language in languages:
            path = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"
            found = check(path) if path.exists() else ["has no file of translations"]
            problems += [f"{language}: {problem}" for problem in found]
        if problems:
            for problem in problems:
                self.stderr.write(problem)
            raise CommandError(f"{len(problems)} translations need a hand.")
        self.stdout.write("Every sentence is translated and compiled.")


def check(path: Path) -> list[str]:
    """What is wrong with one file of translations, a line each."""
    import polib

    known = polib.pofile(str(path))
    with tempfile.TemporaryDirectory() as folder:
        fresh = polib.pofile(str(_collected(path, Path(folder))))
    problems = [
        f"missing: {e.msgid!r}" for e in fresh if not e.obsolete and not known.find(e.msgid)
    ]
    for entry in known:
        if entry.obsolete or fresh.find(entry.msgid, include_obsolete_entries=False) is None:
            problems.append(f"left over: {entry.msgid!r}")
        elif entry.fuzzy:
            problems.append(f"doubtful: {entry.msgid!r}")
        elif not entry.translated():
            problems.append(f"untranslated: {entry.msgid!r}")
        else:
            problems += _wrong_placeholders(entry)
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or _spoken(polib.mofile(str(compiled))) != _spoken(known):
        problems.append(f"{compiled.name} is older than {path.name}: run compilemessages")
    return problems


def _collected(path: Path, folder: Path) -> Path:
    """The sentences of the code as it stands, gathered in a copy so that nothing here changes."""
    for part in PARTS:
        source = settings.BASE_DIR / part
        if source.exists():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("*.pyc", "vendor"))
    language = path.parent.parent.name
    command = [sys.executable, "-m", "django", "makemessages", "--locale", language]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandError(done.stderr or done.stdout)
    return folder / path.relative_to(settings.BASE_DIR)


def _wrong_placeholders(entry: Any) -> list[str]:
    wanted = set(PLACEHOLDER.findall(entry.msgid + (entry.msgid_plural or "")))
    for translation in entry.msgstr_plural.values() or [entry.msgstr]:
        if not set(PLACEHOLDER.findall(translation)) <= wanted:
            return [f"placeholders differ: {entry.msgid!r}"]
    if not entry.msgstr_plural and set(PLACEHOLDER.findall(entry.msgstr)) != wanted:
        return [f"placeholders differ: {entry.msgid!r}"]
    return []


def _spoken(file: Any) -> dict[tuple[str, str | None], tuple[str, ...]]:
    return {
        (entry.msgid, entry.msgctxt): tuple(entry.msgstr_plural.values()) or (entry.msgstr,)
        for entry in file
        if entry.msgid and not entry.obsolete and not getattr(entry, "fuzzy", False)
    }
