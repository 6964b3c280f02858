"""/_control, for this machine only: settings, and what was really taken (a chaos test's oracle)."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from twilio_local.api import Api, as_json
from twilio_local.settings import BadSetting
from twilio_local.webhooks import Sender
from twilio_local.wire import Request, Response

MOST_ROWS = 100_000
ORACLE = (
    "id, sid, direction, to_addr, from_addr, body, status, error_code, callback, content_sid,"
    " created, sent"
)


class Control:
    def __init__(self, api: Api, sender: Sender) -> None:
        self.api = api
        self.store = api.store
        self.settings = api.settings
        self.delivery = api.delivery
        self.sender = sender

    def answer(self, request: Request) -> Response:
        if not allowed(request):
            return as_json({"error": "only from this machine"}, 403)
        deed = request.path.removeprefix("/_control").strip("/")
        reading: dict[str, Callable[[], object]] = {
            "": self.settings.as_json,
            "summary": self.summary,
            "counts": lambda: self.api.counts,
            "callbacks": self.callbacks,
        }
        try:
            if request.method == "GET":
                if deed == "messages":
                    return as_json(self.messages(request.query))
                return as_json(reading[deed]())
            return as_json(self.change(deed, _values(request.body)))
        except KeyError:
            return as_json({"error": "unknown"}, 404)
        except (BadSetting, ValueError) as error:
            return as_json({"error": str(error)}, 400)

    def change(self, deed: str, values: dict[str, Any]) -> dict[str, Any]:
        if deed == "":
            self.settings.change(values)
        elif deed == "reset":
            self.reset()
        elif deed == "inbound":
            return {"sid": self.inbound(values)}
        elif deed == "opt_outs":
            for phone in values.get("add", ()):
                self.store.opt_out(str(phone))
            for phone in values.get("remove", ()):
                self.store.opt_in(str(phone))
        else:
            raise KeyError(deed)
        return self.settings.as_json()

    def reset(self) -> None:
        """Forget all messages and go back to the settings of the start; templates stay."""
        self.delivery.forget()
        self.store.clear()
        self.sender.forget()
        self.api.counts.clear()
        self.api.counts.update(posts=0, accepted=0, refused=0)
        self.settings.change(type(self.settings)(inbound_url=self.settings.inbound_url).as_json())

    def inbound(self, values: dict[str, Any]) -> str:
        try:
            return self.delivery.receive(
                phone=str(values["phone"]),
                business=str(values.get("to") or self.settings.default_whatsapp_from),
                body=str(values["body"]),
                name=str(values.get("name", "")),
                button=bool(values.get("button")),
            )
        except KeyError as error:
            raise BadSetting(f"{error.args[0]} is missing") from None

    def messages(self, query: dict[str, str]) -> dict[str, Any]:
        after = int(query.get("after", "0"))
        limit = min(int(query.get("limit", "10000")), MOST_ROWS)
        direction = query.get("direction", "outbound-api")
        rows = self.store.rows(
            f"SELECT {ORACLE} FROM message WHERE id > ? AND direction = ?"  # noqa: S608
            " ORDER BY id LIMIT ?",
            (after, direction, limit),
        )
        last = rows[-1]["id"] if len(rows) == limit else None
        return {"messages": [dict(row) for row in rows], "next": last}

    def summary(self) -> dict[str, Any]:
        statuses = self.store.rows(
            "SELECT direction, status, count(*) AS many FROM message GROUP BY 1, 2"
        )
        doubled = self.store.rows(
            "SELECT callback, count(*) AS many FROM message WHERE callback IS NOT NULL"
            " GROUP BY callback HAVING count(*) > 1 ORDER BY 2 DESC LIMIT 100"
        )
        answers = Counter(str(outcome.status) for outcome in self.sender.outcomes)
        return {
            "requests": self.api.counts,
            "statuses": {f"{r['direction']}/{r['status']}": r["many"] for r in statuses},
            "same_callback_twice": [dict(row) for row in doubled],
            "callbacks_waiting": self.sender.waiting.qsize(),
            "last_callback_answers": answers,
            "on_the_way": len(self.delivery.on_the_way),
        }

    def callbacks(self) -> list[dict[str, Any]]:
        return [
            {
                "url": outcome.url,
                "status": outcome.status,
                "attempt": outcome.attempt,
                "at": outcome.at,
                "params": outcome.params,
            }
            for outcome in self.sender.outcomes
        ]


def allowed(request: Request) -> bool:
    """From this machine, and not by a page of another site in a browser on it."""
    local = request.peer.startswith("127.") or request.peer in ("::1", "::ffff:127.0.0.1")
    return local and request.headers.get("sec-fetch-site", "none") in ("none", "same-origin")


def _values(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body or b"{}")
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise BadSetting("the body is not a JSON object")
    return values
