"""What the Content-Security-Policy would block, and what would break without a word."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template import engines
from django.urls import get_resolver

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ICONS = set((ROOT / "static/vendor/icons/icons.txt").read_text().split())


def name_of(template: Path) -> str:
    return template.relative_to(ROOT / "templates").as_posix()


@pytest.mark.parametrize("template", TEMPLATES, ids=name_of)
def test_nothing_is_inline(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\s(style|on[a-z]+|hx-on[:a-z-]*)=", text)
    assert "javascript:" not in text
    # Trigger filters are evaluated as script, which is off.
    assert not re.search(r"hx-trigger=\"[^\"]*\[", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=name_of)
def test_a_dialog_has_a_head_and_a_body(template: Path) -> None:
    """Nothing else leaves room between its words and its border."""
    for dialog in re.findall(r'<dialog class="dialog"(.*?)</dialog>', template.read_text(), re.S):
        assert '"dialog-head"' in dialog
        assert '"dialog-body"' in dialog


@pytest.mark.parametrize("template", TEMPLATES, ids=name_of)
def test_it_compiles_and_its_icons_exist(template: Path) -> None:
    engines["django"].get_template(name_of(template))
    named = set(re.findall(r"{% icon \"([a-z0-9-]+)\"", template.read_text()))
    assert named <= ICONS


@pytest.mark.parametrize("template", TEMPLATES, ids=name_of)
def test_the_addresses_it_names_exist(template: Path) -> None:
    namespaces: dict[str, set[str]] = {}
    for space, (_prefix, resolver) in get_resolver().namespace_dict.items():
        namespaces[space] = {str(name) for name in resolver.reverse_dict}
    named = re.findall(r"{% url ['\"](\w+):(\w+)['\"]", template.read_text())
    assert [f"{s}:{name}" for s, name in named if name not in namespaces.get(s, set())] == []


def test_the_page_of_last_resort_finds_its_files() -> None:
    named = re.findall(r"/static/([^\"]+)", (ROOT / "templates/500.html").read_text())
    assert named
    assert [name for name in named if not (ROOT / "static" / name).exists()] == []


@pytest.mark.parametrize("script", sorted((ROOT / "static/js").glob("*.js")), ids=lambda p: p.name)
def test_scripts_evaluate_and_write_no_text_as_code(script: Path) -> None:
    assert not re.search(r"\beval\(|new Function|innerHTML|document\.write", script.read_text())


@pytest.mark.parametrize("sheet", sorted((ROOT / "static/css").glob("*.css")), ids=lambda p: p.name)
def test_a_style_sheet_is_short_enough_to_be_read(sheet: Path) -> None:
    assert len(sheet.read_text().splitlines()) <= 500


def test_vendored_files_are_the_locked_ones() -> None:
    call_command("vendor", "--check")
