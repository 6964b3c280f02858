"""What customers send besides words: kept here, told by its address, given as Twilio gives it.

The address in the webhook asks for the account's key and only sends on; where it leads to wants no
key, and is good for a few hours.
"""

import hashlib
import hmac
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urlencode

from twilio_local.codes import ApiError
from twilio_local.messages import new_sid, rfc2822
from twilio_local.store import Store
from twilio_local.wire import Request, Response

KEPT = "/kept/"
GOOD_FOR = 4 * 3600
MOST_BYTES = 16_000_000
# What a browser shows as a picture; everything else is only saved.
PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class Upload:
    """A file as a form brings it."""

    content: bytes
    content_type: str

    @property
    def kind(self) -> str:
        """What the message is called by the provider."""
        first = self.content_type.partition("/")[0]
        return first if first in ("image", "audio", "video") else "document"


def form_with_files(request: Request) -> tuple[dict[str, str], dict[str, Upload]]:
    """The fields and the files of a form, however it was sent."""
    head = _header(request.headers.get("content-type", ""))
    boundary = head.get_param("boundary", header="content-type")
    if head.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        return request.form, {}
    fields: dict[str, str] = {}
    files: dict[str, Upload] = {}
    for part in (b"\r\n" + request.body).split(b"\r\n--" + boundary.encode())[1:-1]:
        lines, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        told = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines.decode().split("\r\n"))
        }
        disposition = _header(told.get("content-disposition", ""))
        name = disposition.get_param("name", header="content-type")
        if disposition.get_param("filename", header="content-type") is None:
            fields[str(name)] = content.decode("utf-8", "replace")
        elif content:
            kind = told.get("content-type", "").partition(";")[0].strip().lower()
            files[str(name)] = Upload(content, kind or UNKNOWN_TYPE)
    return fields, files


def _header(value: str) -> Message:
    """A header with parameters, read as one of mail."""
    message = Message()
    message["content-type"] = value
    return message


class Shelf:
    """The files of all messages, and the ways to them."""

    def __init__(self, store: Store, account_sid: str, token: str) -> None:
        self.store = store
        self.account_sid = account_sid
        self.token = token
        self.base_url = "http://localhost"

    def keep(self, message_sid: str, upload: Upload) -> str:
        sid = new_sid("ME")
        self.store.write(
            "INSERT INTO media (sid, message_sid, content_type, content, created)"
            " VALUES (?, ?, ?, ?, ?)",
            (sid, message_sid, upload.content_type, upload.content, time.time()),
        )
        return sid

    def of(self, message_sids: Sequence[str]) -> dict[str, list[sqlite3.Row]]:
        """By message, without the contents."""
        found: dict[str, list[sqlite3.Row]] = {sid: [] for sid in message_sids}
        marks = ", ".join("?" * len(found))
        for row in self.store.rows(
            "SELECT sid, message_sid, content_type, created FROM media"  # noqa: S608
            f" WHERE message_sid IN ({marks}) ORDER BY rowid",
            list(found),
        ):
            found[row["message_sid"]].append(row)
        return found

    def path(self, message_sid: str, sid: str = "") -> str:
        base = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{message_sid}/Media"
        return f"{base}/{sid}" if sid else base

    # As the account asks for it ------------------------------------------------------------------

    def answer(self, message_sid: str, rest: str, *, method: str) -> dict[str, Any] | Response:
        """`rest` is what stands after the message: `Media.json`, `Media/ME….json`, `Media/ME…`."""
        rows = self.of([message_sid])[message_sid]
        if rest == "Media.json":
            return self._listed(message_sid, rows)
        sid = rest.removeprefix("Media/").removesuffix(".json")
        row = next((row for row in rows if row["sid"] == sid), None)
        if row is None:
            raise ApiError(404, 20404, f"The requested resource /Media/{sid} was not found")
        if method == "DELETE":
            self.store.write("DELETE FROM media WHERE sid = ?", (sid,))
            return Response(status=204)
        if rest.endswith(".json"):
            return self._resource(row)
        expires = int(time.time()) + GOOD_FOR
        query = urlencode({"Expires": expires, "Signature": self._signature(sid, expires)})
        return Response(status=307, headers={"Location": f"{KEPT}{self.account_sid}/{sid}?{query}"})

    def _listed(self, message_sid: str, rows: Sequence[sqlite3.Row]) -> dict[str, Any]:
        uri = f"{self.path(message_sid)}.json"
        return {
            "media_list": [self._resource(row) for row in rows],
            "page": 0,
            "page_size": 50,
            "start": 0,
            "end": max(0, len(rows) - 1),
            "uri": uri,
            "first_page_uri": uri,
            "next_page_uri": None,
            "previous_page_uri": None,
        }

    def _resource(self, row: sqlite3.Row) -> dict[str, Any]:
        return {
            "sid": row["sid"],
            "account_sid": self.account_sid,
            "parent_sid": row["message_sid"],
            "content_type": row["content_type"],
            "date_created": rfc2822(row["created"]),
            "date_updated": rfc2822(row["created"]),
            "uri": f"{self.path(row['message_sid'], row['sid'])}.json",
        }

    def _signature(self, sid: str, expires: int) -> str:
        return hmac.new(
            self.token.encode(), f"{sid}:{expires}".encode(), hashlib.sha256
        ).hexdigest()

    # As the store gives it -----------------------------------------------------------------------

    def given(self, request: Request) -> Response:
        """To whoever has the signed address; a key beside it is one too many, as at S3."""
        sid, query = request.path.rpartition("/")[2], request.query
        expires = query.get("Expires", "")
        if "authorization" in request.headers:
            return Response(b"Only one auth mechanism allowed", 400, "application/xml")
        if not expires.isdecimal() or int(expires) <= time.time():
            return Response(b"Request has expired", 403, "application/xml")
        signed = self._signature(sid, int(expires))
        if not hmac.compare_digest(query.get("Signature", "").encode(), signed.encode()):
            return Response(b"Access denied", 403, "application/xml")
        return self.file(sid)

    def file(self, sid: str, *, headers: dict[str, str] | None = None) -> Response:
        row = self.store.row("SELECT content, content_type FROM media WHERE sid = ?", (sid,))
        if row is None:
            return Response(b"Not found", 404, "application/xml")
        return Response(row["content"], 200, row["content_type"], headers or {})
