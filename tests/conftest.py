"""The cast: two branches in two zones and the people who work there."""

import gc
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django.test.client
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client
from django.test.client import store_rendered_templates
from pytest_django import Settings

from frontdesk import broker
from frontdesk.branches.models import Branch, TimeZone
from frontdesk.staff.models import Duty, Staff
from frontdesk.staff.permissions import Role
from frontdesk.staff.session_store import SessionStore
from notifications.actions import ensure_senders
from notifications.models import Template
from tests.databases import django_db_modify_db_settings
from tests.factories import NOW, BranchFactory, create_people

__all__ = ["django_db_modify_db_settings"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what is given more time than others; the rest of the cores do not wait for it."""
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)


def pytest_collection_finish() -> None:
    """Do not look through all of Django for garbage after every few hundred rows."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session", autouse=True)
def _no_notes_of_what_was_expected() -> None:
    """Thousands of tests expect a 403, 404 or 405; each would be noted with its traceback."""
    logging.getLogger("django.request").setLevel(logging.ERROR)


def _store_the_page(store: dict[str, Any], *args: Any, **options: Any) -> None:
    """Keep for a test what the view gave its page, and not a copy of it for every field in it."""
    if "templates" not in store:
        store_rendered_templates(store, *args, **options)


django.test.client.store_rendered_templates = _store_the_page


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Settings) -> None:
    # Slow on purpose in life; a test signs in hundreds of times.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _hopeful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the broker even where the test before found it dead."""
    monkeypatch.setattr(broker._Broker, "failed_at", float("-inf"))


@pytest.fixture
def menteng(db: None) -> Branch:
    return BranchFactory(code="JKT", name="Menteng", time_zone=TimeZone.WIB)


@pytest.fixture
def jayapura(db: None) -> Branch:
    return BranchFactory(code="JYP", name="Jayapura", time_zone=TimeZone.WIT)


@dataclass(frozen=True)
class Cast:
    """Anna and Bela sit at Menteng's desk, Tari and Rara treat there, Dewi is its doctor and Maya
    manages it; Boris sits at Jayapura's desk and must never see Menteng; Citra runs the chain."""

    anna: Staff
    bela: Staff
    tari: Staff
    rara: Staff
    dewi: Staff
    gita: Staff
    maya: Staff
    boris: Staff
    citra: Staff


@pytest.fixture
def reminder_text(db: None) -> Template:
    ensure_senders()
    return Template.objects.get(key="control_reminder")


@pytest.fixture
def cast(menteng: Branch, jayapura: Branch, reminder_text: Template) -> Cast:
    everybody = create_people(
        ("Anna", Role.FRONT_OFFICER, menteng),
        ("Bela", Role.FRONT_OFFICER, menteng),
        ("Tari", Role.BEAUTICIAN, menteng),
        ("Rara", Role.BEAUTICIAN, menteng),
        ("Dewi", Role.DOCTOR, menteng),
        ("Gita", Role.WAREHOUSE, menteng),
        ("Maya", Role.BRANCH_MANAGER, menteng),
        ("Boris", Role.FRONT_OFFICER, jayapura),
        ("Citra", Role.CHAIN_ADMIN, None),
    )
    people = Cast(**{staff.username: staff for staff in everybody})
    Duty.objects.bulk_create(
        Duty(staff=staff, branch=menteng, business_date=menteng.business_date(NOW), set_at=NOW)
        for staff in (people.tari, people.rara)
    )
    return people


SignIn = Callable[[Staff], Client]


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """Return a client that is signed in as this person, without the form."""

    def sign(staff: Staff) -> Client:
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = open_session(staff)
        return client

    return sign


def open_session(staff: Staff, **more: Any) -> str:
    """Return the key of a running session; what a sign-in does beside it would cost its tests."""
    session = SessionStore()
    session.update(
        {
            SESSION_KEY: str(staff.pk),
            BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
            HASH_SESSION_KEY: staff.get_session_auth_hash(),
            **more,
        }
    )
    session.create()
    assert session.session_key
    return session.session_key
