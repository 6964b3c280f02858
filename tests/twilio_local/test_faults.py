"""Each fault is seen by the client as it would be with the real provider, and counted truly."""

import time

import pytest
import requests
import urllib3
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.twilio_server import WHATSAPP_FROM


@pytest.fixture
def send(provider):
    def create():
        client = Client(
            provider.account_sid, provider.auth_token, http_client=TwilioHttpClient(timeout=3)
        )
        client.api.base_url = provider.url
        return client.messages.create(to="whatsapp:+6281234567890", from_=WHATSAPP_FROM, body="x")

    return create


@pytest.mark.parametrize(
    "fault, status, code, taken",
    [
        ("rate_limited", 429, 20429, 0),
        ("rate_limited_bare", 429, 20429, 0),
        ("server_error_before", 500, 20500, 0),
        ("server_error_after", 500, 20500, 1),
        ("unavailable", 503, 20503, 0),
        ("unauthorized", 401, 20003, 0),
    ],
)
def test_answers_with_an_error(provider, send, fault, status, code, taken):
    provider.set(next=[fault])

    with pytest.raises(TwilioRestException) as refused:
        send()

    assert (refused.value.status, refused.value.code) == (status, code)
    assert len(provider.accepted()) == taken


@pytest.mark.parametrize(
    "fault, error, taken",
    [
        ("drop_before", requests.ConnectionError, 0),
        ("drop_after", requests.ConnectionError, 1),
        ("hang_before", requests.ReadTimeout, 0),
        ("hang_after", requests.ReadTimeout, 1),
        ("truncated", Exception, 1),
        ("html", ValueError, 1),
    ],
)
def test_no_answer_or_a_broken_one(provider, send, fault, error, taken):
    provider.set(next=[fault])

    with pytest.raises(error):
        send()

    assert len(provider.accepted()) == taken


def test_slow_trickle_is_a_whole_answer_in_the_end(provider, send):
    provider.set(next=["trickle"])
    began = time.monotonic()

    assert send().sid.startswith("SM")
    assert time.monotonic() - began > 0.8


@pytest.mark.parametrize("seconds", [7, None])
def test_retry_after_may_be_there(provider, seconds):
    provider.set(next=["rate_limited"], retry_after=seconds)

    answer = provider.http.request(
        "POST",
        f"{provider.url}/2010-04-01/Accounts/{provider.account_sid}/Messages.json",
        fields={},
        headers=urllib3.make_headers(basic_auth=f"{provider.account_sid}:{provider.auth_token}"),
    )

    assert answer.headers.get("Retry-After") == (str(seconds) if seconds else None)


def test_shares_come_from_the_seed(provider, send):
    def met():
        provider.reset()
        provider.set(faults={"server_error_before": 0.5}, seed=7)
        results = []
        for _ in range(20):
            try:
                send()
                results.append(True)
            except TwilioRestException:
                results.append(False)
        return results

    first = met()
    assert first == met()
    assert 3 < first.count(True) < 17


def test_latency(provider, send):
    provider.set(latency_ms=200)
    began = time.monotonic()

    send()

    assert time.monotonic() - began >= 0.2


def test_reading_can_fail_too(provider, send):
    provider.set(read_faults={"server_error_before": 1.0})

    with pytest.raises(Exception, match="Unable to fetch page"):
        provider.client().messages.list(limit=1)


def test_order_of_faults_then_peace(provider, send):
    provider.set(next=["rate_limited", "server_error_before"])
    for _ in range(2):
        with pytest.raises(TwilioRestException):
            send()
    send()

    summary = provider.control("summary")
    assert summary["requests"]["posts"] == 3
    assert summary["requests"]["accepted"] == 1
    assert summary["requests"]["rate_limited"] == 1


def test_unknown_settings_are_refused(provider):
    for values in ({"faults": {"nonsense": 1}}, {"colour": "red"}, {"seed": "one"}):
        answer = provider.http.request("POST", f"{provider.url}/_control", json=values)
        assert answer.status == 400
        assert "error" in answer.json()


def test_control_is_not_for_pages_of_other_sites(provider):
    assert provider.get("/_control", **{"Sec-Fetch-Site": "cross-site"}).status == 403
    assert provider.get("/_control", Host="evil.example").status == 403


def test_the_oracle_sees_a_message_sent_twice(provider):
    for _ in range(2):
        provider.client().messages.create(
            to="whatsapp:+6281234567890",
            from_=WHATSAPP_FROM,
            body="x",
            status_callback="http://127.0.0.1:9/tw/s/1/",
        )

    doubled = provider.control("summary")["same_callback_twice"]
    assert doubled == [{"callback": "http://127.0.0.1:9/tw/s/1/", "many": 2}]
