"""Twilio's own addresses: messages, the account, content templates."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from twilio_local import codes, content
from twilio_local.codes import ApiError
from twilio_local.delivery import Delivery
from twilio_local.messages import draft, resource, rfc2822, store_draft
from twilio_local.settings import FAULTS, Settings
from twilio_local.store import Store
from twilio_local.wire import Answer, Broken, Dropped, Late, Request, Response

VERSION = "2010-04-01"
MOST_A_PAGE = 1000
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def as_json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(ENCODER.encode(value).encode(), status, "application/json", headers or {})


def refusal(error: ApiError, headers: dict[str, str] | None = None) -> Response:
    return as_json(
        {
            "code": error.code,
            "message": error.message,
            "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
            "status": error.status,
        },
        error.status,
        headers,
    )


class Api:
    def __init__(
        self, store: Store, settings: Settings, delivery: Delivery, account_sid: str, token: str
    ) -> None:
        self.store = store
        self.settings = settings
        self.delivery = delivery
        self.account_sid = account_sid
        pair = base64.b64encode(f"{account_sid}:{token}".encode()).decode()
        self.authorization = f"Basic {pair}"
        self.account_path = f"/{VERSION}/Accounts/{account_sid}"
        self.base_url = "http://localhost"
        self.shelf = delivery.shelf
        # How many POSTs came, were taken, and met which fault.
        self.counts: dict[str, int] = {"posts": 0, "accepted": 0, "refused": 0}

    def answer(self, request: Request) -> Answer:
        if not hmac.compare_digest(
            request.headers.get("authorization", "").encode(), self.authorization.encode()
        ):
            return refusal(codes.AUTHENTICATE)
        path = request.path
        try:
            if path == f"{self.account_path}/Messages.json":
                return (
                    self._post(request) if request.method == "POST" else self._read(request, None)
                )
            sid, _, rest = path.removeprefix(f"{self.account_path}/Messages/").partition("/")
            if path.startswith(self.account_path) and rest.startswith("Media"):
                answer = self.shelf.answer(sid, rest, method=request.method)
                return answer if isinstance(answer, Response) else as_json(answer)
            if path.startswith(f"{self.account_path}/Messages/") and path.endswith(".json"):
                return self._one(request, path.rpartition("/")[2].removesuffix(".json"))
            if path == f"{self.account_path}.json":
                return as_json(self._account())
            if path == "/v1/Content" or path.startswith("/v1/Content/"):
                return self._content(request, path)
        except ApiError as error:
            return refusal(error)
        return refusal(ApiError(404, 20404, f"The requested resource {path} was not found"))

    # Messages ------------------------------------------------------------------------------------

    def _post(self, request: Request) -> Answer:
        self.counts["posts"] += 1
        fault = self.settings.fault()
        if fault:
            self.counts[fault] = self.counts.get(fault, 0) + 1
        if fault and not FAULTS[fault]:
            return self._late(self._without_storing(fault))
        try:
            created = self._create(request)
        except ApiError as error:
            self.counts["refused"] += 1
            return self._late(refusal(error))
        return self._late(self._spoilt(created, fault) if fault else created)

    def _create(self, request: Request) -> Response:
        new = draft(self.store, self.settings, request.form)
        self.delivery.check_room(new)
        row_id, values = store_draft(self.store, new)
        if self.settings.delivers:
            self.delivery.start(row_id, values, new)
        self.counts["accepted"] += 1
        return as_json(resource(self.account_sid, values), 201)

    def _late(self, answer: Response | Dropped | Broken) -> Answer:
        seconds = self.settings.latency()
        return Late(answer, seconds) if seconds else answer

    def _without_storing(self, fault: str) -> Response | Dropped:
        if fault == "rate_limited":
            wait = self.settings.retry_after
            return refusal(codes.TOO_MANY, {"Retry-After": str(wait)} if wait is not None else None)
        if fault == "rate_limited_bare":
            return refusal(codes.TOO_MANY)
        if fault == "unavailable":
            return refusal(codes.UNAVAILABLE)
        if fault == "unauthorized":
            return refusal(codes.AUTHENTICATE)
        if fault == "server_error_before":
            return refusal(codes.SERVER_ERROR)
        return Dropped(self.settings.hang_seconds if fault == "hang_before" else 0.0)

    def _spoilt(self, created: Response, fault: str) -> Response | Dropped | Broken:
        if fault == "server_error_after":
            return refusal(codes.SERVER_ERROR)
        if fault == "trickle":
            return Broken(created, bytes_a_second=500)
        if fault == "truncated":
            return Broken(created, stop_at=len(created.body) // 2)
        if fault == "html":
            page = b"<!doctype html><title>201</title><p>Created"
            return Response(page, 201, "text/html; charset=utf-8")
        return Dropped(self.settings.hang_seconds if fault == "hang_after" else 0.0)

    def _one(self, request: Request, sid: str) -> Answer:
        row = self.store.message(sid)
        if row is None:
            raise ApiError(404, 20404, f"The requested resource {request.path} was not found")
        if request.method == "DELETE":
            self.store.write("DELETE FROM message WHERE id = ?", (row["id"],))
            return Response(status=204)
        if request.method == "POST":
            self._change(request.form, sid)
            row = self.store.message(sid)
            assert row is not None
            return as_json(resource(self.account_sid, row))
        return self._read(request, sid)

    def _change(self, form: dict[str, str], sid: str) -> None:
        if form.get("Status") == "canceled" and not self.delivery.cancel(sid):
            raise codes.NOT_CANCELABLE
        if form.get("Body") == "":
            self.store.write("UPDATE message SET body = '' WHERE sid = ?", (sid,))

    def _read(self, request: Request, sid: str | None) -> Answer:
        fault = self.settings.read_fault()
        if fault:
            return self._late(self._without_storing(fault))
        if sid is None:
            return self._late(as_json(self._listed(request)))
        row = self.store.message(sid)
        assert row is not None
        return self._late(as_json(resource(self.account_sid, row)))

    def _listed(self, request: Request) -> dict[str, Any]:
        query = request.query
        size = _whole(query.get("PageSize"), 50, most=MOST_A_PAGE)
        where: list[tuple[str, Any]] = []
        for name, column in (("To", "to_addr"), ("From", "from_addr")):
            if query.get(name):
                where.append((f"{column} = ?", query[name]))
        where += _sent_on(query)
        if self.settings.list_lag_ms:
            where.append(("created <= ?", time.time() - self.settings.list_lag_ms / 1000))
        after = query.get("PageToken", "").removeprefix("PA")
        if after.isdigit():
            where.append(("id < ?", int(after)))
        rows = self.store.messages(where, limit=size + 1)
        page = _whole(query.get("Page"), 0)
        more = len(rows) > size
        rows = rows[:size]
        next_query = {**query, "PageSize": str(size), "Page": str(page + 1)}
        first_query = {k: v for k, v in query.items() if k not in ("Page", "PageToken")}
        uri = f"{self.account_path}/Messages.json"
        if more:
            next_query["PageToken"] = f"PA{rows[-1]['id']}"
        return {
            "messages": [resource(self.account_sid, row) for row in rows],
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": page * size + max(0, len(rows) - 1),
            "uri": f"{uri}?{urlencode(query)}",
            "first_page_uri": f"{uri}?{urlencode({**first_query, 'Page': '0'})}",
            "next_page_uri": f"{uri}?{urlencode(next_query)}" if more else None,
            "previous_page_uri": None,
        }

    def _account(self) -> dict[str, Any]:
        uri = self.account_path
        return {
            "sid": self.account_sid,
            "friendly_name": "Local account",
            "status": "active",
            "type": "Full",
            "owner_account_sid": self.account_sid,
            "auth_token": "",
            "date_created": rfc2822(0),
            "date_updated": rfc2822(0),
            "uri": f"{uri}.json",
            "subresource_uris": {"messages": f"{uri}/Messages.json"},
        }

    # Content templates ---------------------------------------------------------------------------

    def _content(self, request: Request, path: str) -> Answer:
        sid, _, rest = path.removeprefix("/v1/Content").strip("/").partition("/")
        if not sid:
            if request.method == "POST":
                return as_json(self._content_resource(_register(self.store, request.body)), 201)
            return as_json(self._contents())
        template = content.template(self.store, sid)
        if rest.startswith("ApprovalRequests"):
            return as_json(self._approval(template, request))
        if request.method == "DELETE":
            content.forget(self.store, sid)
            return Response(status=204)
        return as_json(self._content_resource(template))

    def _contents(self) -> dict[str, Any]:
        url = f"{self.base_url}/v1/Content?PageSize=1000&Page=0"
        sids = self.store.rows("SELECT sid FROM content ORDER BY created DESC LIMIT 1000")
        return {
            "contents": [
                self._content_resource(content.template(self.store, r["sid"])) for r in sids
            ],
            "meta": {
                "page": 0,
                "page_size": 1000,
                "first_page_url": url,
                "previous_page_url": None,
                "next_page_url": None,
                "url": url,
                "key": "contents",
            },
        }

    def _content_resource(self, template: dict[str, Any]) -> dict[str, Any]:
        url = f"{self.base_url}/v1/Content/{template['sid']}"
        created = datetime.fromtimestamp(template["created"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            **{key: template[key] for key in ("sid", "friendly_name", "language", "types")},
            "variables": template["variables"],
            "account_sid": self.account_sid,
            "date_created": created,
            "date_updated": created,
            "url": url,
            "links": {"approval_fetch": f"{url}/ApprovalRequests"},
        }

    def _approval(self, template: dict[str, Any], request: Request) -> dict[str, Any]:
        """Every template is approved at once, until a person decides otherwise (/templates)."""
        category = template["category"]
        if request.method == "POST":
            values = json.loads(request.body or b"{}")
            category = str(values.get("category", category)).upper()
            self.store.write(
                "UPDATE content SET category = ? WHERE sid = ?", (category, template["sid"])
            )
        approval = {
            "name": template["friendly_name"],
            "category": category,
            "content_type": next(iter(template["types"])),
            "status": template["status"],
            "rejection_reason": template["reason"],
            "allow_category_change": False,
        }
        if request.method == "POST":
            return approval
        return {
            "sid": template["sid"],
            "account_sid": self.account_sid,
            "whatsapp": {"type": "whatsapp", **approval},
            "url": f"{self.base_url}/v1/Content/{template['sid']}/ApprovalRequests",
        }


def _register(store: Store, body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise ApiError(400, 20001, "The body is not a JSON object")
    return content.register(store, values)


def _whole(text: str | None, default: int, most: int | None = None) -> int:
    value = int(text) if text and text.isdigit() else default
    return min(max(value, 1), most) if most else value


def _sent_on(query: dict[str, str]) -> list[tuple[str, Any]]:
    """DateSent is a day; DateSent> and DateSent< are moments or days (the client sends either)."""
    where: list[tuple[str, Any]] = []
    compare: dict[str, Callable[[datetime], list[tuple[str, Any]]]] = {
        "DateSent": lambda at: [
            ("sent >= ?", at.timestamp()),
            ("sent < ?", (at + timedelta(days=1)).timestamp()),
        ],
        "DateSent<": lambda at: [("sent <= ?", at.timestamp())],
        "DateSent>": lambda at: [("sent >= ?", at.timestamp())],
    }
    for name, conditions in compare.items():
        if not query.get(name):
            continue
        try:
            at = datetime.fromisoformat(query[name].replace("Z", "+00:00"))
        except ValueError:
            raise ApiError(400, 20001, f"{name} is not a date") from None
        where += conditions(at if at.tzinfo else at.replace(tzinfo=UTC))
    return where
