import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from frontdesk.staff.permissions import Role
from notifications.actions.moves import Moves
from notifications.models import Message
from notifications.reports import story
from tests.factories import NOW, CustomerFactory, create_staff, put_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(sign_in, cast):
    def log(person=cast.maya, **query):
        return sign_in(person).get(reverse("notifications:message_list"), query)

    return log


def test_the_log_shows_each_group(plan, log):
    for key, state in [("a", "queued"), ("b", "suppressed"), ("c", "abandoned")]:
        message = plan(key=key, variables={"name": f"nama-{key}", "day": "besok"})
        put_message(message, state)

    assert all(f"nama-{key}" in log().content.decode() for key in "abc")
    for group, key in [("waiting", "a"), ("unsent", "b"), ("attention", "c")]:
        html = log(group=group).content.decode()
        assert [k for k in "abc" if f"nama-{k}" in html] == [key]
    assert "Belum ada pesan" in log(group="sent").content.decode()
    for before in ("²", "-1", "9" * 5_000):
        assert "nama-a" in log(before=before).content.decode()


def test_a_row_says_what_its_message_is_about(plan, log):
    message = plan(key="a")
    Message.objects.filter(pk=message.pk).update(notice="birthday")
    assert "WhatsApp · Ucapan ulang tahun" in log().content.decode()


def test_the_number_of_queries_does_not_grow(plan, sign_in, cast, menteng):
    client = sign_in(cast.maya)

    def queries(many: int) -> int:
        for number in range(many):
            plan(key=f"{many}:{number}", customer=CustomerFactory(home_branch=menteng))
        with CaptureQueriesContext(connection) as seen:
            html = client.get(reverse("notifications:message_list")).content.decode()
        assert html.count("<tr>") == min(many, 50) + 1
        return len(seen)

    client.get(reverse("notifications:message_list"))
    few = queries(1)
    assert queries(60) == few


def test_the_story_tells_each_step(plan, sign_in, cast):
    message = plan(variables={"name": "<b>Ibu</b>", "day": "besok"})

    page = sign_in(cast.maya).get(reverse("notifications:message_show", args=[message.pk]))

    html = page.content.decode()
    assert page.status_code == 200
    assert "&lt;b&gt;Ibu&lt;/b&gt;" in html
    assert "Direncanakan" in html


def test_for_those_with_the_right_and_their_branch_only(plan, sign_in, cast, log):
    message = plan()
    path = reverse("notifications:message_show", args=[message.pk])

    assert log(cast.anna).status_code == 403
    assert sign_in(cast.anna).get(path).status_code == 403
    assert sign_in(cast.citra).get(path).status_code == 200

    other = create_staff(Role.BRANCH_MANAGER, branch=cast.boris.branches[0])
    assert sign_in(other).get(path).status_code == 404
    assert "Halo" not in log(other).content.decode()


def test_what_was_sent_twice_says_so_in_the_readers_language(plan):
    message = plan()
    moves = Moves(at=NOW)
    moves.change(message, note="Terkirim dua kali: SM0123")
    moves.write()
    with translation.override("en"):
        assert story(message)[-1].note == "Sent twice: SM0123"
    assert story(message)[-1].note == "Terkirim dua kali: SM0123"
