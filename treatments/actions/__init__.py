"""The deeds of the treatment rooms, by noun."""

from treatments.actions.controls import (
    CannotChangeControl,
    cancel_control,
    change_by_answer,
    keep_control,
    keep_controls,
    move_control,
    note_missed,
    plan_controls,
)
from treatments.actions.recaps import CannotCloseRecap, close_recap
from treatments.actions.replies import answer_controls
from treatments.actions.slips import (
    CannotChangeSlip,
    CannotGiveSlip,
    accept_slip,
    approve_slip,
    cancel_slip,
    create_slip,
    edit_draft,
    finish_slip,
    hand_out_slip,
    issue_slip,
    note_printed,
    pass_on_slip,
    refuse_slip,
    start_slip,
)

__all__ = [
    "CannotChangeControl",
    "CannotChangeSlip",
    "CannotCloseRecap",
    "CannotGiveSlip",
    "accept_slip",
    "answer_controls",
    "approve_slip",
    "cancel_control",
    "cancel_slip",
    "change_by_answer",
    "close_recap",
    "create_slip",
    "edit_draft",
    "finish_slip",
    "hand_out_slip",
    "issue_slip",
    "keep_control",
    "keep_controls",
    "move_control",
    "note_missed",
    "note_printed",
    "pass_on_slip",
    "plan_controls",
    "refuse_slip",
    "start_slip",
]
