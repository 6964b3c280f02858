"""WCAG 2.2: text 4.5:1, borders that mean something 3:1, worked out from the tokens themselves."""

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = (Path(settings.BASE_DIR) / "static/css/tokens.css").read_text()
TOKENS = dict(re.findall(r"--([a-z0-9-]+): (#[0-9A-F]{6});", CSS))

TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("paper", "surface")],
    ("ink", "sunken"),
    ("ink-2", "sunken"),
    ("ink-3", "sunken"),
    ("surface", "plum"),
    ("surface", "plum-hover"),
    ("surface", "danger"),
    ("surface", "ink"),
    ("plum", "surface"),
    ("plum", "paper"),
    ("plum", "plum-tint"),
    ("ink", "plum-tint"),
    ("ink-2", "plum-tint"),
    ("danger-ink", "danger-tint"),
    ("danger-ink", "surface"),
    ("danger-ink", "paper"),
    ("amber-ink", "amber-tint"),
    ("blue-ink", "blue-tint"),
    ("blue-ink", "surface"),
    ("ink", "grey-tint"),
    ("green-ink", "green-tint"),
    ("green-ink", "surface"),
    ("green-ink", "paper"),
    ("green-ink", "sunken"),
    ("danger-ink", "sunken"),
]
BORDERS = [
    ("line-control", "surface"),
    ("line-control", "paper"),
    ("amber-line", "surface"),
    ("blue-line", "surface"),
    ("focus", "surface"),
    ("focus", "paper"),
    ("danger", "surface"),
    ("bar", "surface"),
    ("plum", "paper"),
]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= 4.5


@pytest.mark.parametrize(("line", "ground"), BORDERS)
def test_what_carries_meaning_can_be_seen(line: str, ground: str) -> None:
    assert contrast(line, ground) >= 3


def test_colours_are_named_once() -> None:
    """Outside the tokens a colour is black, white or a shade of ink over something."""
    allowed = {"#FFFFFF", "#000000", "#E8C9DB"}
    for sheet in (Path(settings.BASE_DIR) / "static/css").glob("*.css"):
        # Django's admin has names of its own for the same colours.
        if sheet.name not in {"tokens.css", "admin.css"}:
            assert set(re.findall(r"#[0-9A-Fa-f]{3,8}\b(?=[;\s])", sheet.read_text())) <= allowed
