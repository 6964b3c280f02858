"""Whatever is done in whatever order, the history is one unbroken chain."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Cast
from tests.factories import NOW
from tests.treatments.conftest import SlipIn
from tests.treatments.test_slip_states import DEEDS
from treatments import actions
from treatments.actions import CannotChangeSlip
from treatments.models import Slip, Treatment
from treatments.models.slip import SlipEventKind
from treatments.states import TRANSITIONS, SlipState

MORE = {
    "print": lambda slip, cast: actions.note_printed(slip, by=cast.anna, at=NOW),
    "approve": lambda slip, cast: actions.approve_slip(slip, by=cast.dewi, at=NOW),
    "refuse": lambda slip, cast: actions.refuse_slip(
        slip, reason="Kulit iritasi", by=cast.dewi, at=NOW
    ),
    "edit": lambda slip, cast: actions.edit_draft(
        slip,
        treatments=[line.treatment for line in slip.lines.select_related("treatment")],
        beautician=slip.beautician,
        note="Diubah",
        version=slip.version,
        by=cast.anna,
        at=NOW,
    ),
}
ALL = {**DEEDS, **MORE}
TAPS = (SlipState.ACCEPTED, SlipState.IN_PROGRESS, SlipState.DONE)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(names=st.lists(st.sampled_from(list(ALL)), min_size=1, max_size=14), doctor=st.booleans())
def test_events_always_chain_and_the_version_grows(
    slip_in: SlipIn,
    cast: Cast,
    facial: Treatment,
    laser: Treatment,
    names: list[str],
    doctor: bool,
) -> None:
    slip = slip_in(SlipState.DRAFT, treatments=[laser if doctor else facial])
    for name in names:
        before = Slip.objects.get(pk=slip.pk)
        try:
            ALL[name](slip, cast)
        except CannotChangeSlip:
            slip = Slip.objects.get(pk=slip.pk)
            assert (slip.state, slip.version) == (before.state, before.version)
            continue
        slip = Slip.objects.get(pk=slip.pk)
        # A beautician's tap that comes twice counts once.
        is_again = name in TAPS and name == before.state
        assert slip.version == before.version + (name != "print" and not is_again)

    events = list(slip.events.all())
    assert (events[0].kind, events[0].old) == (SlipEventKind.CREATED, "")
    for earlier, later in pairwise(events):
        assert later.old == earlier.new
        if later.kind == SlipEventKind.MOVED:
            assert later.new in TRANSITIONS[SlipState(later.old)]
        else:
            assert later.new == later.old
    assert events[-1].new == slip.state
    assert events[-1].beautician_id == slip.beautician_id
