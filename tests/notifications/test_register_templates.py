"""A new account learns the texts by one command."""

from io import StringIO

import pytest
from django.core.management import call_command

from notifications.models import Template
from tests.twilio_server import TwilioServer


@pytest.mark.django_db
def test_each_text_is_registered_once(sending: TwilioServer) -> None:
    Template.objects.all().delete()
    Template.objects.create(
        key="greeting", message_class="transactional", body="Halo {name}.", variables=["name"]
    )
    said = StringIO()
    call_command("register_templates", stdout=said)
    assert said.getvalue() == "1 templat didaftarkan, 0 belum.\n"
    assert Template.objects.get().content_sid.startswith("HX")
    again = StringIO()
    call_command("register_templates", stdout=again)
    assert again.getvalue() == "0 templat didaftarkan, 0 belum.\n"
