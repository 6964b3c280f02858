"""What customers are told of their controls: who, where, when, and nothing of their health."""

from datetime import timedelta

import pytest
from django.utils import translation

from frontdesk.branches.models import Branch
from notifications.models import Message, MessageClass, Template
from tests.conftest import Cast
from tests.factories import NOW, CustomerFactory, TreatmentFactory
from tests.treatments.conftest import SlipIn
from treatments.states import SlipState


def test_the_template_is_neutral_and_ends_with_a_closed_question(reminder_text: Template) -> None:
    words = reminder_text.current
    body = words.body
    assert reminder_text.message_class == MessageClass.TRANSACTIONAL
    assert words.variables == ["name", "clinic", "branch", "day"]
    # Each is in the text, and none stands at its very start or end, where the provider refuses it.
    assert [body.count(f"{{{name}}}") for name in words.variables] == [1, 1, 1, 1]
    assert body.startswith("Halo ")
    assert body.endswith("Apakah Anda dapat hadir pada hari itu?")
    assert "!" not in body
    # One WhatsApp template and two SMS at most.
    filled = body.format(
        name="Kak Maharani", clinic="Klinik Seruni", branch="Menteng", day="Minggu, 6 Desember 2026"
    )
    assert len(filled) <= 306


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_reminder_names_no_treatment(
    language: str, slip_in: SlipIn, cast: Cast, menteng: Branch
) -> None:
    peel = TreatmentFactory(
        name="Chemical Peel Jerawat", code="PEEL", category="Akne", control_days=[14]
    )
    customer = CustomerFactory(
        name="Maria Goretti",
        honorific="ibu",
        allergies="penisilin",
        notes="Sedang hamil",
        home_branch=menteng,
    )
    with translation.override(language):
        slip_in(SlipState.DONE, treatments=[peel], customer=customer)

    message = Message.objects.get()
    # The customer reads Indonesian, whatever language the desk works in.
    assert message.variables == {
        "name": "Ibu Maria",
        "clinic": "Klinik Seruni",
        "branch": "Menteng",
        "day": "Minggu, 6 Desember 2026",
    }
    text = message.text
    for word in ("peel", "jerawat", "akne", "penisilin", "hamil", "goretti"):
        assert word not in text.lower()
        assert word not in message.key.lower()


def test_a_reminder_whose_hour_is_past_goes_at_once_but_not_by_night(
    slip_in: SlipIn, cast: Cast, menteng: Branch
) -> None:
    tomorrow = TreatmentFactory(control_days=[1])
    morning = slip_in(SlipState.DONE, treatments=[tomorrow], at=NOW + timedelta(hours=2))
    message = Message.objects.get(customer=morning.customer)
    assert message.due_at == NOW + timedelta(hours=2)

    night = NOW + timedelta(hours=12)
    evening = slip_in(SlipState.DONE, treatments=[tomorrow], at=night)
    message = Message.objects.get(customer=evening.customer)
    assert menteng.local(message.due_at).strftime("%d %H.%M") == "23 08.00"
    assert message.due_at < message.expires_at
