"""Message templates (Content API): kept in the store, rendered with their variables."""

import hashlib
import json
import re
import time
from typing import Any

from twilio_local.codes import BAD_CONTENT, BAD_VARIABLES, ApiError
from twilio_local.store import Store, Words

VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")


def register(store: Store, values: dict[str, Any]) -> dict[str, Any]:
    """The same template registered again keeps its sid, so that a demo can be set up twice."""
    types = values.get("types")
    if not isinstance(types, dict) or not types:
        raise ApiError(400, 20001, "types is required")
    if not all(isinstance(part, dict) for part in types.values()) or not _body(types):
        raise ApiError(400, 20001, "a type with a body is required")
    variables = values.get("variables") or {}
    friendly_name = str(values.get("friendly_name") or "")
    language = str(values.get("language") or "id")
    stored = json.dumps(types, ensure_ascii=False, sort_keys=True)
    key = f"{friendly_name}\n{language}\n{stored}"
    sid = "HX" + hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()
    store.write(
        "INSERT INTO content (sid, friendly_name, language, variables, types, created)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (sid) DO UPDATE SET variables = excluded.variables",
        (sid, friendly_name, language, json.dumps(variables), stored, time.time()),
    )
    store.words.pop(sid, None)
    return template(store, sid)


def template(store: Store, sid: str) -> dict[str, Any]:
    row = store.row("SELECT * FROM content WHERE sid = ?", (sid,))
    if row is None:
        raise ApiError(404, 20404, f"The requested resource /Content/{sid} was not found")
    return {
        "sid": row["sid"],
        "friendly_name": row["friendly_name"],
        "language": row["language"],
        "variables": json.loads(row["variables"]),
        "types": json.loads(row["types"]),
        "created": row["created"],
        "category": row["category"],
        "status": row["status"],
        "reason": row["reason"],
    }


def decide(store: Store, sid: str, status: str, reason: str) -> None:
    """What WhatsApp would say of it from now on."""
    store.write("UPDATE content SET status = ?, reason = ? WHERE sid = ?", (status, reason, sid))


def rendered(store: Store, sid: str, variables: str) -> tuple[str, list[str]]:
    """The text a customer reads and the quick replies under it."""
    words = store.words.get(sid) or _words(store, sid)
    try:
        given = json.loads(variables) if variables else {}
    except ValueError:
        raise BAD_VARIABLES from None
    if not isinstance(given, dict) or any(value in (None, "") for value in given.values()):
        raise BAD_VARIABLES
    values = {**words.samples, **{str(name): str(value) for name, value in given.items()}}
    if words.variables - set(values):
        raise BAD_VARIABLES
    return VARIABLE.sub(lambda found: values[found[1]], words.text), words.replies


def _words(store: Store, sid: str) -> Words:
    row = store.row("SELECT types, variables FROM content WHERE sid = ?", (sid,))
    if row is None:
        raise BAD_CONTENT
    types = json.loads(row["types"])
    text = _body(types)
    store.words[sid] = Words(
        text=text,
        variables=frozenset(VARIABLE.findall(text)),
        samples={str(name): str(value) for name, value in json.loads(row["variables"]).items()},
        replies=_quick_replies(types),
    )
    return store.words[sid]


def forget(store: Store, sid: str) -> None:
    store.write("DELETE FROM content WHERE sid = ?", (sid,))
    store.words.pop(sid, None)


def _body(types: dict[str, Any]) -> str:
    for part in types.values():
        body = part.get("body")
        if isinstance(body, str) and body:
            return body
    return ""


def _quick_replies(types: dict[str, Any]) -> list[str]:
    actions = types.get("twilio/quick-reply", {}).get("actions") or []
    return [str(action.get("title", "")) for action in actions if isinstance(action, dict)]


def text(one: dict[str, Any]) -> str:
    """What stands in a template, its variables by number."""
    return _body(one["types"])
