"""Who may open what: every address × every role × every branch, so that none is forgotten.

A new page needs nothing here unless its address carries the number of a row: then `ROWS` says
which row of the branch that is.
"""

from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client

from frontdesk.branches.models import Branch
from frontdesk.staff.middleware import LOCKED_KEY, TERMINAL_KEY
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import GRANTS, Permission, Role
from tests.addresses import ADDRESSES, GUARDED, Address
from tests.conftest import Cast, SignIn
from tests.factories import TerminalFactory, create_staff
from tests.world import AT_BRANCH, World, world

__all__ = ["world"]

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
