"""Draw docs/states.md from the transition tables, so that it cannot go stale."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from customers import states as customers
from frontdesk.promos import states as promos
from frontdesk.visits import states as visits
from notifications import states as notifications
from treatments import states as treatments

MACHINES: list[tuple[str, str, dict[Any, set[Any]]]] = [
    ("Visit", "frontdesk/visits/states.py", visits.TRANSITIONS),
    ("Treatment slip", "treatments/states.py", treatments.TRANSITIONS),
    ("Control schedule", "treatments/states.py", treatments.CONTROL_TRANSITIONS),
    ("Message", "notifications/states.py", notifications.TRANSITIONS),
    ("Promo", "frontdesk/promos/states.py", promos.TRANSITIONS),
    ("Import of a customer list", "customers/states.py", customers.TRANSITIONS),
]


class Command(BaseCommand):
    help = "Gambar docs/states.md dari tabel perpindahan keadaan."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="gagal bila gambar sudah lama")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "states.md"
        drawn = draw()
        if not options["check"]:
            path.write_text(drawn, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != drawn:
            raise CommandError("docs/states.md sudah lama: jalankan manage.py draw_states.")


def draw() -> str:
    parts = [
        (
            "# States\n\n"
            "Drawn from the code by `manage.py draw_states`; CI fails when it is stale. "
            "A loop is a change that keeps the state (moved, planned again).\n"
        )
    ]
    with translation.override("id"):
        for title, where, transitions in MACHINES:
            parts.append(f"\n## {title}\n\n`{where}`\n\n```mermaid\nstateDiagram-v2\n")
            parts += [f"    {state.value}: {state.label}\n" for state in transitions]
            first = next(iter(transitions))
            parts.append(f"    [*] --> {first.value}\n")
            for old, targets in transitions.items():
                order = list(type(old).__members__.values())
                for new in sorted(targets, key=order.index):
                    parts.append(f"    {old.value} --> {new.value}\n")
                if not targets:
                    parts.append(f"    {old.value} --> [*]\n")
            parts.append("```\n")
    return "".join(parts)
