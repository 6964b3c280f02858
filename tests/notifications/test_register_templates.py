"""A new account learns the texts by one command."""

from io import StringIO

import pytest
from django.core.management import call_command

from notifications.models import TemplateVersion
from tests.factories import create_template
from tests.twilio_server import TwilioServer


@pytest.mark.django_db
def test_each_text_is_registered_once(sending: TwilioServer) -> None:
    TemplateVersion.objects.update(content_sid="HX1")
    create_template("greeting", body="Halo {name}.")
    said = StringIO()
    call_command("register_templates", stdout=said)
    assert said.getvalue() == "1 templat didaftarkan, 0 belum.\n"
    assert TemplateVersion.objects.get(template__key="greeting").content_sid.startswith("HX")
    again = StringIO()
    call_command("register_templates", stdout=again)
    assert again.getvalue() == "0 templat didaftarkan, 0 belum.\n"
