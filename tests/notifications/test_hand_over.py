"""A conversation that another branch has to answer is given to it, with the reason."""

import pytest
from django.db import DatabaseError

from notifications.actions import talking
from notifications.models import Conversation, HandOver
from tests.notifications.test_inbox import anna, bela, talk, url, write

__all__ = ["anna", "bela", "talk"]
pytestmark = pytest.mark.django_db


def give(client, talk, branch, note="Ia mau datang ke cabang Anda."):
    return client.post(url("talk_hand_over", talk.pk), {"branch": branch.pk, "note": note})


def test_it_leaves_here_and_waits_unread_there(anna, sign_in, cast, talk, jayapura):
    anna.get(url("talk", talk.pk))
    talking.take_over(talk, by=cast.anna)
    assert give(anna, talk, jayapura).url == url("inbox")
    talk.refresh_from_db()
    assert (talk.branch, talk.owner, talk.is_open, talk.unread) == (jayapura, None, True, 1)
    assert anna.get(url("talk", talk.pk)).status_code == 404
    assert "Sari Contoh" not in anna.get(url("inbox_rows")).content.decode()

    there = Conversation.objects.visible_to(cast.boris)
    assert list(there) == [talk]
    page = sign_in(cast.boris).get(url("talk", talk.pk)).content.decode()
    assert "Dialihkan dari" in page
    assert "Ia mau datang ke cabang Anda." in page
    write("Halo lagi")
    talk.refresh_from_db()
    assert (talk.branch, Conversation.objects.count()) == (jayapura, 1)


def test_who_gave_it_is_kept_for_good(anna, cast, talk, menteng, jayapura):
    give(anna, talk, jayapura)
    step = HandOver.objects.get()
    assert (step.old, step.new, step.by) == (menteng, jayapura, cast.anna)
    with pytest.raises(DatabaseError):
        step.delete()


def test_not_what_a_colleague_is_answering(anna, cast, talk, jayapura):
    talking.take_over(talk, by=cast.bela)
    answer = give(anna, talk, jayapura)
    assert answer.status_code == 409
    assert "sedang menjawab" in answer.content.decode()
    assert not HandOver.objects.exists()


def test_not_to_itself_nor_to_a_closed_branch(anna, talk, menteng, jayapura):
    refused = give(anna, talk, menteng, note="Tidak\0 hilang")
    assert refused.status_code == 409
    assert 'value="Tidak hilang"' in refused.content.decode()
    refused = give(anna, talk, menteng, note="Tidak\0 hilang")
    assert refused.status_code == 409
    assert 'value="Tidak hilang"' in refused.content.decode()
    jayapura.is_active = False
    jayapura.save()
    assert give(anna, talk, jayapura).status_code == 409
    assert not HandOver.objects.exists()


def test_from_another_branch_it_does_not_exist(sign_in, cast, talk, jayapura):
    assert give(sign_in(cast.boris), talk, jayapura).status_code == 404
