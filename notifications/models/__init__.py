"""The outbox and the inbox: what is told to whom and when, and what people answer."""

from notifications.models.calls import CallAttempt, CallEntry, CallOutcome, CallReason, CallState
from notifications.models.inbox import Conversation, HandOver, InboundMessage, Meaning
from notifications.models.message import (
    TOGETHER,
    Batch,
    BatchState,
    DaySlot,
    Lane,
    Message,
    MessageEvent,
    MessageQuerySet,
)
from notifications.models.notice import NoticeReplan, NoticeSetting, NoticeWatermark
from notifications.models.reach import (
    LinkTries,
    OptOutLink,
    PhoneStanding,
    Scope,
    Suppression,
    SuppressionSource,
)
from notifications.models.sender import (
    Circuit,
    Heartbeat,
    Portfolio,
    PricePull,
    ReachedPhone,
    Sender,
    SenderPace,
)
from notifications.models.text import (
    HOLD_WORDS,
    Approval,
    Channel,
    Hold,
    MessageClass,
    Template,
    TemplateVersion,
)

__all__ = [
    "HOLD_WORDS",
    "TOGETHER",
    "Approval",
    "Batch",
    "BatchState",
    "CallAttempt",
    "CallEntry",
    "CallOutcome",
    "CallReason",
    "CallState",
    "Channel",
    "Circuit",
    "Conversation",
    "DaySlot",
    "HandOver",
    "Heartbeat",
    "Hold",
    "InboundMessage",
    "Lane",
    "LinkTries",
    "Meaning",
    "Message",
    "MessageClass",
    "MessageEvent",
    "MessageQuerySet",
    "NoticeReplan",
    "NoticeSetting",
    "NoticeWatermark",
    "OptOutLink",
    "PhoneStanding",
    "Portfolio",
    "PricePull",
    "ReachedPhone",
    "Scope",
    "Sender",
    "SenderPace",
    "Suppression",
    "SuppressionSource",
    "Template",
    "TemplateVersion",
]
