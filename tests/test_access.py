"""Who may open what: every address × every role × every branch, so that none is forgotten.

A new page needs nothing here unless its address carries the number of a row: then `ROWS` says
which row of the branch that is.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from pytest_django import Settings

from customers.models import ImportJob
from frontdesk.branches.models import Branch
from frontdesk.promos.actions import create_campaign
from frontdesk.promos.actions.writing import Promo
from frontdesk.staff.middleware import LOCKED_KEY, TERMINAL_KEY
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import GRANTS, Permission, Role
from frontdesk.visits.actions import check_in
from frontdesk.visits.models import Purpose
from notifications.actions import plan
from notifications.models import (
    CallEntry,
    Channel,
    Conversation,
    InboundMedia,
    InboundMessage,
    Message,
    MessageClass,
)
from notifications.notices import write_missing_templates
from tests.conftest import Cast, SignIn
from tests.factories import (
    CustomerFactory,
    TerminalFactory,
    TreatmentFactory,
    create_staff,
    put_on_duty,
    qualify,
)
from treatments import actions as slips
from treatments.models import Control
from treatments.notices import CONTROL_TEMPLATE

# Which row an address means, by the beginning of its route; the longest one counts.
# "chain" is for customers and "template" for texts, which belong to every branch.
ROWS = {
    "visits/": "visit",
    "customers/": "chain",
    "customers/imports/": "import_job",
    "slips/": "slip",
    "slips/of-visit/": "visit",
    "my/slips/": "slip",
    "approvals/": "slip",
    "controls/": "control",
    "messages/": "message",
    "messages/templates/": "template",
    "messages/senders/": "sender",
    "promos/": "campaign",
    "inbox/": "talk",
    "calls/": "call",
    "by-hand/": "by_hand",
    "staff/terminals/": "terminal",
    "staff/duty/": "colleague",
}

AT_BRANCH = [role for role in Role if role != Role.CHAIN_ADMIN]


@dataclass(frozen=True)
class Address:
    name: str
    route: str
    view: Any
    converters: dict[str, Any] = field(hash=False, compare=False)

    def __str__(self) -> str:
        return self.name

    @property
    def access(self) -> frozenset[Permission] | str | None:
        return getattr(self.view, "access", None)

    @property
    def has_row(self) -> bool:
        return any(type(c).__name__ == "IntConverter" for c in self.converters.values())

    @property
    def row(self) -> str:
        fitting = [start for start in ROWS if self.route.startswith(start)]
        return ROWS[max(fitting, key=len)] if fitting else ""

    def url(self, *, row: int = 0) -> str:
        samples = {
            "IntConverter": row,
            "UUIDConverter": uuid.UUID(int=1),
            "StringConverter": "x",
            "SlugConverter": "x",
        }
        day = timezone.localdate()
        kwargs = {n: samples.get(type(c).__name__, day) for n, c in self.converters.items()}
        return reverse(self.name, kwargs=kwargs)


def walk(
    patterns: list[Any], *, space: str = "", route: str = "", **above: Any
) -> Iterator[Address]:
    for pattern in patterns:
        converters = {**above, **pattern.pattern.converters}
        path = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            if not inner.startswith("admin:"):
                yield from walk(pattern.url_patterns, space=inner, route=path, **converters)
        elif isinstance(pattern, URLPattern):
            yield Address(f"{space}{pattern.name}", path, pattern.callback, converters)


ADDRESSES = list(walk(get_resolver(settings.ROOT_URLCONF).url_patterns))
GUARDED = [address for address in ADDRESSES if isinstance(address.access, frozenset)]
# What only the chain's administrator opens has no branch that it could belong to.
BRANCH_GRANTS = frozenset[Permission]().union(*(GRANTS[role] for role in AT_BRANCH))
WITH_ROW = [
    address
    for address in GUARDED
    if address.has_row
    and isinstance(address.access, frozenset)
    and (not address.access or not BRANCH_GRANTS.isdisjoint(address.access))
]


def person(role: Role, branch: Branch) -> Staff:
    return create_staff(role, branch=branch, username=f"as-{role}", name=f"Staf {role.label}")


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_every_address_says_who_may_open_it(address: Address) -> None:
    assert isinstance(address.access, frozenset | str), (
        f"{address.name} needs @staff_required(…) or @public(reason=…)"
    )
    assert address.access or isinstance(address.access, frozenset)
    if address.has_row and isinstance(address.access, frozenset):
        assert address.row, f"{address.route}: add its row to ROWS"


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_what_it_was_granted_and_nothing_else(
    role: Role, cast: Cast, menteng: Branch, sign_in: SignIn
) -> None:
    client = sign_in(person(role, menteng))
    wrong = []
    for address in GUARDED:
        assert isinstance(address.access, frozenset)
        may = not address.access or not GRANTS[role].isdisjoint(address.access)
        response = client.get(address.url())
        if (response.status_code == 403) == may or response.status_code >= 500:
            wrong.append(f"{address.name}: {response.status_code}, granted: {may}")
        wrong += [f"{address.name}: {fault}" for fault in faults_of(response)]
    assert wrong == []


def faults_of(response: HttpResponse) -> Iterator[str]:
    policy = response.headers.get("Content-Security-Policy", "")
    if "default-src 'self'" not in policy or "unsafe" in policy:
        yield f"policy {policy!r}"
    if "no-store" not in response.headers.get("Cache-Control", ""):
        yield "may be kept by the browser"


def test_strangers_are_led_to_the_sign_in(client: Client, cast: Cast) -> None:
    wrong = []
    for address in GUARDED:
        page, fragment = (
            client.get(address.url()),
            client.get(address.url(), headers={"HX-Request": "true"}),
        )
        deed = client.post(address.url())
        is_right = (
            page.headers.get("Location", "").startswith("/staff/sign-in/?next=")
            and deed.headers.get("Location", "").startswith("/staff/sign-in/?next=")
            and fragment.headers.get("HX-Redirect", "").startswith("/staff/sign-in/")
            and not fragment.content
        )
        if not is_right:
            wrong.append(address.name)
    assert wrong == []


def test_a_locked_terminal_gives_nothing(cast: Cast, menteng: Branch, sign_in: SignIn) -> None:
    client = sign_in(create_staff(*Role, branch=menteng))
    session = client.session
    session[LOCKED_KEY] = True
    session[TERMINAL_KEY] = TerminalFactory(branch=menteng).pk
    session.save()
    wrong = [
        address.name
        for address in GUARDED
        for response in (client.get(address.url()), client.post(address.url()))
        if not response.headers.get("Location", "").startswith("/staff/locked/")
    ]
    assert wrong == []


@dataclass(frozen=True)
class World:
    """One row of each kind at Menteng, in the hands of somebody who does everything there."""

    insider: Staff
    rows: dict[str, int]


@pytest.fixture
def world(cast: Cast, menteng: Branch, settings: Settings, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    now = timezone.now()
    insider = create_staff(*AT_BRANCH, branch=menteng, username="insider", nickname="Insider")
    put_on_duty(insider, branch=menteng, at=now)
    facial = TreatmentFactory(control_days=[14])
    laser = TreatmentFactory(needs_doctor=True)
    qualify(insider, facial, laser)
    write_missing_templates()
    visit = check_in(
        branch=menteng,
        purpose=Purpose.TREATMENT,
        customer=CustomerFactory(home_branch=menteng),
        by=insider,
        at=now,
    )
    for treatment in (facial, laser):
        slip = slips.create_slip(
            visit, treatments=[treatment], beautician=insider, by=insider, at=now
        )
        slips.issue_slip(slip, by=insider, at=now)
        if treatment == facial:
            slips.accept_slip(slip, by=insider, at=now)
            slips.start_slip(slip, by=insider, at=now)
            slips.finish_slip(slip, by=insider, at=now)
    message = plan(
        key="access",
        customer=visit.customer,
        branch=menteng,
        template=CONTROL_TEMPLATE,
        variables={"name": "A", "clinic": "B", "branch": "C", "day": "D"},
        due_at=now,
        expires_at=now + timedelta(days=1),
        by=insider,
        at=now,
    )
    talk = Conversation.objects.create(
        branch=menteng, phone=visit.customer.phone, channel=Channel.WHATSAPP, last_at=now
    )
    heard = InboundMessage.objects.create(
        provider_sid="MM1",
        conversation=talk,
        from_phone=talk.phone,
        to_address="whatsapp:+6221500",
        channel=Channel.WHATSAPP,
        at=now,
    )
    # Its address has two numbers, and the test gives both of them the talk's.
    InboundMedia.objects.create(pk=talk.pk, inbound=heard, provider_sid="ME1")
    call = CallEntry.objects.create(
        branch=menteng, customer=visit.customer, due_at=now, created_at=now
    )
    by_hand = Message.objects.create(
        key="by-hand",
        branch=menteng,
        customer=visit.customer,
        channel=Channel.BY_HAND,
        message_class=MessageClass.PERSONAL,
        body="Halo",
        due_at=now,
        expires_at=now + timedelta(days=1),
        created_at=now,
    )
    job = ImportJob.objects.create(
        branch=menteng,
        by=insider,
        file_name="lama.csv",
        is_dry_run=True,
        refused_file=ContentFile(b"nama", "perbaiki.csv"),
        created_at=now,
    )
    promo = create_campaign(
        Promo(name="Promo", branches=[menteng]), branch=menteng, by=insider, at=now
    )
    rows = {
        "visit": visit.pk,
        "campaign": promo.pk,
        "slip": slip.pk,
        "control": Control.objects.get().pk,
        "message": message.pk,
        "talk": talk.pk,
        "call": call.pk,
        "by_hand": by_hand.pk,
        "import_job": job.pk,
        "terminal": TerminalFactory(branch=menteng).pk,
        "colleague": cast.tari.pk,
        "chain": visit.customer.pk,
        "template": message.template_id,
    }
    return World(insider, rows)


def answers(client: Client, address: Address, world: World) -> list[int]:
    url = address.url(row=world.rows[address.row])
    deed = {"customer": world.rows["chain"]}
    return [client.get(url).status_code, client.post(url, deed).status_code]


def test_another_branch_s_row_does_not_exist(
    world: World, jayapura: Branch, sign_in: SignIn
) -> None:
    client = sign_in(create_staff(*AT_BRANCH, branch=jayapura, username="outsider"))
    found = {
        address.name: answers(client, address, world)
        for address in WITH_ROW
        if address.row not in ("chain", "template")
    }
    wrong = {
        name: seen for name, seen in found.items() if set(seen) - {404, 405} or 404 not in seen
    }
    assert wrong == {}


def test_it_does_exist_for_who_works_there(world: World, sign_in: SignIn) -> None:
    """The test above proves nothing for a row that nobody can open."""
    client = sign_in(world.insider)
    found = {address.name: answers(client, address, world) for address in WITH_ROW}
    wrong = {n: seen for n, seen in found.items() if 403 in seen or not set(seen) - {404, 405}}
    assert wrong == {}


def test_the_admin_is_for_who_runs_the_chain(cast: Cast, menteng: Branch, sign_in: SignIn) -> None:
    for role in AT_BRANCH:
        response = sign_in(person(role, menteng)).get("/admin/", follow=True)
        assert response.status_code == 403, role
    assert sign_in(cast.citra).get("/admin/").status_code == 200


def test_the_cookies_are_for_this_server_alone(client: Client, cast: Cast) -> None:
    page = client.get("/staff/sign-in/")
    assert page.cookies["csrftoken"]["samesite"] == "Lax"
    response = client.post(
        "/staff/sign-in/", {"username": "anna", "password": "rahasia-meja-depan"}
    )
    cookie = response.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_behind_tls_the_cookies_travel_only_there(client: Client, cast: Cast, settings) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    page = client.get("/staff/sign-in/", secure=True)
    assert page.cookies["csrftoken"]["secure"]
    response = client.post(
        "/staff/sign-in/", {"username": "anna", "password": "rahasia-meja-depan"}, secure=True
    )
    assert response.cookies["sessionid"]["secure"]


@pytest.mark.parametrize("url", ["/staff/sign-in/", "/nowhere/"])
def test_the_policy_covers_strangers_too(client: Client, db: None, url: str) -> None:
    policy = client.get(url)["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_form_of_another_site_is_refused(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.anna, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/staff/me/keys/").status_code == 403
    assert client.post("/staff/sign-out/").status_code == 403
