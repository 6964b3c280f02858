"""What no desk types and no form sends: every address refuses it in words, or takes it for nothing.

Fields are found by reading the code, so a new page needs nothing here.
"""

import itertools
import re
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction

from tests.addresses import GUARDED
from tests.conftest import SignIn
from tests.world import World, world

__all__ = ["world"]

# Python itself reads no longer number.
MAD = {"a null byte": "Sari\0", "a number without end": "9" * 4301}
APPS = ("customers", "frontdesk", "notifications", "treatments", "templates")
NAMES = re.compile(
    r"""\bname="([\w-]+)"  # in a template
    | \b(?:POST|GET|data)\.get(?:list)?\("([\w-]+)"  # asked for by hand
    | ^\ {4}(\w+)\ =\ [\w.]*[fF]ield\(  # of a form
    | ^\ {12}"(\w+)",$  # of a form made of a model""",
    re.VERBOSE | re.MULTILINE,
)


def field_names() -> set[str]:
    files = [
        file
        for app in APPS
        for file in (settings.BASE_DIR / app).rglob("*")
        if file.suffix in {".html", ".py"}
    ]
    found = [match for file in files for match in NAMES.findall(file.read_text())]
    return {name for match in found for name in match if name}


def test_no_address_falls_over_what_is_sent_to_it(world: World, sign_in: SignIn) -> None:
    names = field_names()
    assert {"reason", "due_on", "step", "guest_name", "note", "treatments"} <= names
    fallen = []
    for (mad, value), address in itertools.product(MAD.items(), GUARDED):
        with transaction.atomic():
            client = sign_in(world.insider)
            client.raise_request_exception = False
            answer = client.post(
                address.url(row=world.rows.get(address.row, 1)),
                urlencode(dict.fromkeys(names, value)),
                content_type="application/x-www-form-urlencoded",
            )
            transaction.set_rollback(True)
        if answer.status_code >= 500:
            fallen.append(f"{address.name}: {mad}")
    assert fallen == []
