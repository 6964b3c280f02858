"""What the server knows, in one SQLite file: writes are committed many at a time.

Each answer waits for the commit that holds what its request wrote, so that a message the client
knows of survives a kill of this server; only a power cut could take it.
"""

import itertools
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY,
    sid TEXT NOT NULL UNIQUE,
    direction TEXT NOT NULL,
    to_addr TEXT NOT NULL,
    from_addr TEXT NOT NULL,
    phone TEXT NOT NULL,
    service TEXT,
    body TEXT NOT NULL,
    buttons TEXT,
    segments INTEGER NOT NULL,
    status TEXT NOT NULL,
    error_code INTEGER,
    error_message TEXT,
    callback TEXT,
    content_sid TEXT,
    created REAL NOT NULL,
    updated REAL NOT NULL,
    sent REAL,
    expires REAL,
    price REAL,
    num_media INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS message_to ON message (to_addr, id);
CREATE INDEX IF NOT EXISTS message_from ON message (from_addr, id);
CREATE INDEX IF NOT EXISTS message_phone ON message (phone, id);
CREATE TABLE IF NOT EXISTS content (
    sid TEXT PRIMARY KEY,
    friendly_name TEXT NOT NULL,
    language TEXT NOT NULL,
    variables TEXT NOT NULL,
    types TEXT NOT NULL,
    category TEXT NOT NULL DEFAULT 'UTILITY',
    status TEXT NOT NULL DEFAULT 'approved',
    reason TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS media (
    sid TEXT PRIMARY KEY,
    message_sid TEXT NOT NULL,
    content_type TEXT NOT NULL,
    content BLOB NOT NULL,
    created REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS media_message ON media (message_sid);
CREATE TABLE IF NOT EXISTS opt_out (phone TEXT PRIMARY KEY);
"""
# What a file from before has not.
ADDED = (
    ("message", "price", "REAL"),
    ("message", "num_media", "INTEGER NOT NULL DEFAULT 0"),
    ("content", "status", "TEXT NOT NULL DEFAULT 'approved'"),
    ("content", "reason", "TEXT NOT NULL DEFAULT ''"),
)
COLUMNS = (
    *("sid", "direction", "to_addr", "from_addr", "phone", "service", "body", "buttons"),
    *("segments", "status", "callback", "content_sid", "created", "updated", "sent", "expires"),
)
INSERT = (
    f"INSERT INTO message (id, {', '.join(COLUMNS)})"  # noqa: S608
    f" VALUES (?{', ?' * len(COLUMNS)})"
)
FINAL = ("delivered", "read", "undelivered", "failed", "canceled", "received")


@dataclass(frozen=True)
class Words:
    """A template as it is put together for each message."""

    text: str
    variables: frozenset[str]
    samples: dict[str, str]
    replies: list[str]


class Store:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(folder / "twilio.sqlite3", isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + SCHEMA)
        for table, column, kind in ADDED:
            if column not in {
                row["name"] for row in self.db.execute(f"PRAGMA table_info({table})")
            }:
                self.db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
        self.dirty = False
        last = self.db.execute("SELECT max(id) FROM message").fetchone()[0]
        self.next_id = itertools.count((last or 0) + 1)
        # Inserted together, before the next statement of any kind.
        self.new: list[tuple[Any, ...]] = []
        self.words: dict[str, Words] = {}
        self.opted: set[str] = {row[0] for row in self.db.execute("SELECT phone FROM opt_out")}

    def write(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        self._insert()
        self._begin()
        return self.db.execute(sql, values)

    def _begin(self) -> None:
        if not self.dirty:
            self.db.execute("BEGIN")
            self.dirty = True

    def _insert(self) -> None:
        if self.new:
            self._begin()
            new, self.new = self.new, []
            self.db.executemany(INSERT, new)

    @property
    def is_kept(self) -> bool:
        return not (self.dirty or self.new)

    def commit(self) -> None:
        self._insert()
        if self.dirty:
            self.db.execute("COMMIT")
            self.dirty = False

    def close(self) -> None:
        self.commit()
        self.db.close()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        self._insert()
        return self.db.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        self._insert()
        found: sqlite3.Row | None = self.db.execute(sql, values).fetchone()
        return found

    def add_message(self, values: dict[str, Any]) -> int:
        row_id = next(self.next_id)
        self.new.append((row_id, *map(values.get, COLUMNS)))
        return row_id

    def message(self, sid: str) -> sqlite3.Row | None:
        return self.row("SELECT * FROM message WHERE sid = ?", (sid,))

    def set_media(self, sid: str, many: int) -> None:
        self.write("UPDATE message SET num_media = ? WHERE sid = ?", (many, sid))

    def set_status(
        self, row_id: int, status: str, *, code: int | None, text: str | None, price: float | None
    ) -> None:
        """The price is that of a segment; it counts once the message is sent."""
        now = time.time()
        sent = now if status == "sent" else None
        self.write(
            "UPDATE message SET status = ?, error_code = ?, error_message = ?, updated = ?,"
            " sent = coalesce(sent, ?), price = coalesce(price, ? * segments) WHERE id = ?",
            (status, code, text, now, sent, price, row_id),
        )

    def messages(
        self, where: Iterable[tuple[str, Any]], *, limit: int, newest_first: bool = True
    ) -> list[sqlite3.Row]:
        """Rows for conditions such as ("to_addr = ?", "+62…"), all of which hold."""
        conditions = list(where)
        clause = " AND ".join(condition for condition, _ in conditions) or "1"
        order = "DESC" if newest_first else "ASC"
        return self.rows(
            f"SELECT * FROM message WHERE {clause} ORDER BY id {order} LIMIT ?",  # noqa: S608
            [*(value for _, value in conditions), limit],
        )

    def unfinished(self) -> list[sqlite3.Row]:
        marks = ", ".join("?" * len(FINAL))
        return self.rows(
            f"SELECT * FROM message WHERE status NOT IN ({marks})",  # noqa: S608
            FINAL,
        )

    def last_inbound(self, phone: str, business: str) -> float:
        row = self.row(
            "SELECT created FROM message WHERE from_addr = ? AND to_addr = ?"
            " ORDER BY id DESC LIMIT 1",
            (phone, business),
        )
        return float(row["created"]) if row else 0.0

    def opted_out(self, phone: str) -> bool:
        return phone in self.opted

    def opt_out(self, phone: str) -> None:
        self.opted.add(phone)
        self.write("INSERT OR IGNORE INTO opt_out VALUES (?)", (phone,))

    def opt_in(self, phone: str) -> None:
        self.opted.discard(phone)
        self.write("DELETE FROM opt_out WHERE phone = ?", (phone,))

    def clear(self) -> None:
        self.opted.clear()
        self.write("DELETE FROM message")
        self.write("DELETE FROM media")
        self.write("UPDATE content SET status = 'approved', reason = ''")
        self.write("DELETE FROM opt_out")
        self.commit()
