"""Slips in any state, and people who act at the same moment."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from frontdesk.branches.models import Branch
from frontdesk.visits import actions as visits
from frontdesk.visits.models import Purpose, Visit
from tests.conftest import Cast, SignIn
from tests.factories import (
    NOW,
    CustomerFactory,
    TreatmentFactory,
    create_slip,
    put_on_duty,
    qualify,
)
from treatments import actions
from treatments.actions import CannotChangeControl, CannotChangeSlip
from treatments.models import Slip, Treatment
from treatments.states import SlipState

SlipIn = Callable[..., Slip]


@pytest.fixture
def facial(cast: Cast) -> Treatment:
    """A treatment that Tari and Rara both can do."""
    treatment: Treatment = TreatmentFactory(
        name="Facial Glow", minutes=60, price=350_000, control_days=[14]
    )
    qualify(cast.tari, treatment)
    qualify(cast.rara, treatment)
    return treatment


@pytest.fixture
def laser(cast: Cast) -> Treatment:
    """A treatment that only Tari can do, and only after the doctor's yes."""
    treatment: Treatment = TreatmentFactory(
        name="Laser Rejuvenation", minutes=45, price=900_000, needs_doctor=True
    )
    qualify(cast.tari, treatment)
    return treatment


@pytest.fixture
def slip_in(cast: Cast, menteng: Branch, facial: Treatment) -> SlipIn:
    """Return a function that brings Tari's slip into a state; passed on it is in Rara's hands."""

    def bring(state: SlipState = SlipState.ISSUED, *, at: datetime = NOW, **more: object) -> Slip:
        before = {SlipState.PASSED_ON: SlipState.ISSUED, SlipState.RECAPPED: SlipState.DONE}
        given = {"treatments": [facial], **more}
        slip = create_slip(
            branch=menteng,
            desk=cast.anna,
            beautician=cast.tari,
            state=before.get(state, state),
            at=at,
            **given,
        )
        if state == SlipState.PASSED_ON:
            actions.pass_on_slip(slip, to=cast.rara, reason="Tari istirahat", by=cast.anna, at=at)
        if state == SlipState.RECAPPED:
            on = menteng.business_date(at)
            actions.close_recap(branch=menteng, on=on, by=cast.maya, at=at)
        slip.refresh_from_db()
        return slip

    return bring


@pytest.fixture
def now(cast: Cast, menteng: Branch) -> datetime:
    """The present, at which pages are opened; Tari and Rara are on duty."""
    at = timezone.now()
    for staff in (cast.tari, cast.rara):
        put_on_duty(staff, branch=menteng, at=at)
    return at


@pytest.fixture
def visit(cast: Cast, menteng: Branch, now: datetime) -> Visit:
    customer = CustomerFactory(
        name="Maria Goretti", phone="+6281234567890", allergies="penisilin", home_branch=menteng
    )
    return visits.check_in(
        branch=menteng, purpose=Purpose.TREATMENT, customer=customer, by=cast.anna, at=now
    )


@pytest.fixture
def desk(cast: Cast, sign_in: SignIn) -> Client:
    """Anna's browser, asking as htmx does."""
    client = sign_in(cast.anna)
    client.defaults["HTTP_HX_REQUEST"] = "true"
    return client


@pytest.fixture
def at_once() -> Iterator[Callable]:
    """Return a function that runs deeds in threads of their own, started together."""
    pool = ThreadPoolExecutor(max_workers=8)

    def run(deeds: list[Callable]) -> list:
        start = Barrier(min(len(deeds), 8))

        def one(numbered: tuple[int, Callable]):
            number, deed = numbered
            if number < start.parties:
                start.wait(timeout=60)
            try:
                return deed()
            except (CannotChangeSlip, CannotChangeControl) as refusal:
                return refusal
            finally:
                connection.close()

        return list(pool.map(one, enumerate(deeds)))

    yield run
    pool.shutdown()


@pytest.fixture
def queries_of(db: None) -> Callable[[Callable], int]:
    """Return a function that counts the queries of a request that succeeds."""

    def count(ask: Callable) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert ask().status_code == 200
        return len(caught)

    return count
