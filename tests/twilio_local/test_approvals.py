"""The page on which a person decides as WhatsApp does, and what the API then says."""

import json
from urllib.parse import urlencode

import pytest

from tests.twilio_server import start_server, stop_server


def register(provider, name="promo_v1", body="Halo {{1}}, ada promo."):
    answer = provider.http.request(
        "POST",
        f"{provider.url}/v1/Content",
        body=json.dumps(
            {
                "friendly_name": name,
                "language": "id",
                "variables": {"1": "Ibu Sari"},
                "types": {"twilio/text": {"body": body}},
            }
        ),
        headers={"Authorization": provider.authorization, "Content-Type": "application/json"},
    )
    return answer.json()["sid"]


def decide(provider, sid, status, reason="", **headers):
    return provider.http.request(
        "POST",
        f"{provider.url}/templates/{sid}",
        body=urlencode({"status": status, "reason": reason}),
        headers={"Content-Type": "application/x-www-form-urlencoded", **headers},
        redirect=False,
    )


def approval(provider, sid):
    told = provider.client().content.v1.contents(sid).approval_fetch().fetch().whatsapp
    return told["status"], told["rejection_reason"]


@pytest.mark.parametrize(
    ("status", "reason", "told"),
    [
        ("rejected", "TAG_CONTENT_MISMATCH", "TAG_CONTENT_MISMATCH"),
        ("rejected", " ", "INVALID_FORMAT"),
        ("paused", "ignored", ""),
        ("disabled", "", ""),
        ("pending", "", ""),
    ],
)
def test_what_a_person_decides_is_told(provider, status, reason, told):
    sid = register(provider)
    assert approval(provider, sid) == ("approved", "")

    assert decide(provider, sid, status, reason).status == 303
    assert approval(provider, sid) == (status, told)
    # Neither registering nor asking again changes their mind.
    assert register(provider) == sid
    asked = provider.http.request(
        "POST",
        f"{provider.url}/v1/Content/{sid}/ApprovalRequests/whatsapp",
        body=json.dumps({"name": "promo_v1", "category": "MARKETING"}),
        headers={"Authorization": provider.authorization, "Content-Type": "application/json"},
    )
    assert (asked.json()["status"], asked.json()["category"]) == (status, "MARKETING")

    assert decide(provider, sid, "approved").status == 303
    assert approval(provider, sid) == ("approved", "")


def test_the_page_lists_them_as_text(provider):
    sid = register(provider, "<b>nama</b>", "<script>alert(1)</script> {{1}}")
    decide(provider, sid, "rejected", "'><i>")
    answer = provider.get("/templates")
    page = answer.data.decode()
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for hostile in ("<b>nama", "<script>alert", "'><i>"):
        assert hostile not in page
    assert "&lt;b&gt;nama&lt;/b&gt;" in page
    assert "Ditolak · &#x27;&gt;&lt;i&gt;" in page


def test_only_what_there_is_and_only_from_here(provider):
    sid = register(provider)
    assert decide(provider, sid, "loved").status == 404
    assert decide(provider, "HX" + "0" * 32, "rejected").status == 404
    assert decide(provider, sid, "rejected", Origin="https://evil.example").status == 403
    assert approval(provider, sid) == ("approved", "")


def test_it_stands_after_a_restart(tmp_path):
    server = start_server(tmp_path)
    sid = register(server)
    decide(server, sid, "paused")
    stop_server(server)

    server = start_server(tmp_path)
    try:
        assert approval(server, sid) == ("paused", "")
    finally:
        stop_server(server)
