"""What of the log is looked for: kind, channel and days, kept from tab to tab."""

from datetime import timedelta

import pytest
from django.urls import reverse

from notifications.models import Channel, Message
from tests.factories import NOW

pytestmark = pytest.mark.django_db
URL = "notifications:message_list"


@pytest.fixture
def keys(sign_in, cast):
    """The keys of the messages that the log shows for a query."""

    def keys(**query: str) -> set[str]:
        answer = sign_in(cast.maya).get(reverse(URL), query)
        assert answer.status_code == 200
        return {row.message.key for row in answer.context["page"].rows}

    return keys


def test_by_kind_channel_and_day(plan, keys):
    plan(key="a")
    plan(key="b", due_at=NOW + timedelta(days=3), expires_at=NOW + timedelta(days=4))
    Message.objects.filter(key="a").update(notice="control_reminder")
    Message.objects.filter(key="b").update(channel=Channel.SMS)

    assert keys() == {"a", "b"}
    assert keys(notice="control_reminder") == {"a"}
    assert keys(channel="sms") == {"b"}
    assert keys(notice="promo") == set()
    first = f"{Message.objects.get(key='a').due_at:%d/%m/%Y}"
    assert keys(since=first, until=first) == {"a"}
    assert keys(group="waiting", channel="sms") == {"b"}
    assert keys(group="sent", channel="sms") == set()


def test_the_tabs_keep_the_filter(sign_in, cast):
    html = sign_in(cast.maya).get(reverse(URL), {"channel": "sms"}).content.decode()
    assert "?group=sent&amp;channel=sms" in html
    assert "Tidak ada pesan yang cocok dengan saringan ini." in html


def test_a_day_that_is_none_is_said_at_its_field(plan, sign_in, cast):
    plan()
    answer = sign_in(cast.maya).get(reverse(URL), {"since": "31/02/2026"})
    assert answer.status_code == 422
    assert "Masukkan tanggal sebagai hari/bulan/tahun" in answer.content.decode()
    # What stands there is not lost with it.
    assert len(answer.context["page"].rows) == 1
