from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from customers.models import Customer
from frontdesk.branches.models import Branch
from notifications import actions
from notifications.actions import pacing
from notifications.actions.claiming import Hours, Slice, claim
from notifications.models import Message, SenderPace, Template
from tests.factories import NOW, CustomerFactory, create_template, give_consent
from tests.twilio_server import ACCOUNT_SID, AUTH_TOKEN, WHATSAPP_FROM, provider, twilio_server

__all__ = ["provider", "twilio_server"]


@pytest.fixture(autouse=True)
def account(settings):
    """An account that leads nowhere: a test that sends asks for `sending`."""
    settings.TWILIO_ACCOUNT_SID = ACCOUNT_SID
    settings.TWILIO_AUTH_TOKEN = AUTH_TOKEN
    settings.TWILIO_API_BASE = settings.TWILIO_CONTENT_API_BASE = "http://127.0.0.1:1"
    settings.TWILIO_FROM_WHATSAPP = WHATSAPP_FROM
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:1"


@pytest.fixture
def sending(settings, provider):
    """The provider's server, as if just started, and us pointed at it."""
    settings.TWILIO_API_BASE = settings.TWILIO_CONTENT_API_BASE = provider.url
    return provider


@pytest.fixture
def customer(menteng) -> Customer:
    customer = CustomerFactory(name="Sari Contoh", phone="+6281234567890", home_branch=menteng)
    give_consent(customer)
    return customer


@pytest.fixture
def reminder(db) -> Template:
    actions.ensure_senders()
    return create_template()


PlanMessage = Callable[..., Message]


@pytest.fixture
def plan(customer, reminder) -> PlanMessage:
    def plan(**values) -> Message:
        who: Customer = values.pop("customer", customer)
        at: datetime = values.pop("at", NOW)
        return actions.plan(
            **{
                "key": "test:1",
                "customer": who,
                "branch": who.home_branch,
                "template": "reminder",
                "variables": {"name": "Ibu Sari", "day": "besok"},
                "due_at": at,
                "expires_at": at + timedelta(days=1),
                "by": None,
                "at": at,
            }
            | values
        )

    return plan


class Clock:
    """A clock that a test moves."""

    def __init__(self, at: datetime = NOW):
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **values) -> datetime:
        self.at += timedelta(**values)
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


def lose_a_claim(clock: Clock, *, most: int = 16, campaigns: int = 16) -> Slice:
    """Claim as a worker that is never heard of again."""
    pace = SenderPace.objects.get()
    SenderPace.objects.update(tokens=most)
    grant = pacing.take(pace.pk, want=most, campaigns=campaigns)
    assert grant
    at = clock()
    return claim(pace.pk, grant, Hours.of(list(Branch.objects.all()), at=at), at=at)


def steps(message: Message) -> list[str]:
    return [event.new for event in message.events.order_by("pk")]


def process_environ(settings) -> dict[str, str]:
    """What a worker of its own needs to share this test's database and provider."""
    database = settings.DATABASES["default"]
    host = database["HOST"]
    if host.startswith("/"):  # a socket's folder, as django-environ reads it
        host = f"/{host}"
    elif database["PORT"]:
        host = f"{host}:{database['PORT']}"
    url = f"postgres://{database['USER']}:{database['PASSWORD']}@{host}/{database['NAME']}"
    return {
        "DJANGO_SETTINGS_MODULE": "frontdesk.settings",
        "DATABASE_URL": url,
        "DEBUG": "1",
        "REDIS_URL": settings.REDIS_URL,
        "TWILIO_ACCOUNT_SID": settings.TWILIO_ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": settings.TWILIO_AUTH_TOKEN,
        "TWILIO_API_BASE": settings.TWILIO_API_BASE,
        "TWILIO_FROM_WHATSAPP": settings.TWILIO_FROM_WHATSAPP,
        "PUBLIC_BASE_URL": settings.PUBLIC_BASE_URL,
    }
