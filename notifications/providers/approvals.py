"""WhatsApp reads each template before it may be sent: asking for that, and what it says."""

import json
import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from notifications.providers.twilio import CONTENT_API, LookUpFailed, client

NAME = re.compile(r"[^a-z0-9_]+")
LONGEST_NOTE = 300


@dataclass(frozen=True)
class Answer:
    status: str
    note: str


def ask(sid: str, *, name: str, category: str) -> Answer:
    """Hand a registered template in; WhatsApp takes only small letters, digits and underscores."""
    values = {"name": NAME.sub("_", name.lower()).strip("_"), "category": category}
    return _read(_request("POST", f"{sid}/ApprovalRequests/whatsapp", values))


def look(sid: str) -> Answer:
    return _read(_request("GET", f"{sid}/ApprovalRequests", None).get("whatsapp") or {})


def _read(told: dict[str, Any]) -> Answer:
    return Answer(
        str(told.get("status") or ""), str(told.get("rejection_reason") or "")[:LONGEST_NOTE]
    )


def _request(method: str, path: str, values: dict[str, str] | None) -> dict[str, Any]:
    url = f"{settings.TWILIO_CONTENT_API_BASE or CONTENT_API}/v1/Content/{path}"
    headers = {"Content-Type": "application/json"} if values else None
    try:
        told = json.loads(client().request(method, url, data=values, headers=headers).text)
    except Exception as broken:
        raise LookUpFailed(type(broken).__name__) from broken
    if not isinstance(told, dict) or ("status" in told and isinstance(told["status"], int)):
        raise LookUpFailed(str(told)[:LONGEST_NOTE])
    return told
