"""What the server knows, in one SQLite file: writes are committed many at a time."""

import sqlite3
import time
from collections.abc import Iterable, Sequence
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
    expires REAL
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
    created REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS opt_out (phone TEXT PRIMARY KEY);
"""
FINAL = ("delivered", "read", "undelivered", "failed", "canceled", "received")


class Store:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(folder / "twilio.sqlite3", isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + SCHEMA)
        self.dirty = False

    def write(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        if not self.dirty:
            self.db.execute("BEGIN")
            self.dirty = True
        return self.db.execute(sql, values)

    def commit(self) -> None:
        if self.dirty:
            self.db.execute("COMMIT")
            self.dirty = False

    def close(self) -> None:
        self.commit()
        self.db.close()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        return self.db.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self.db.execute(sql, values).fetchone()
        return found

    def add_message(self, values: dict[str, Any]) -> int:
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        cursor = self.write(
            f"INSERT INTO message ({names}) VALUES ({marks})",  # noqa: S608
            list(values.values()),
        )
        return cursor.lastrowid or 0

    def message(self, sid: str) -> sqlite3.Row | None:
        return self.row("SELECT * FROM message WHERE sid = ?", (sid,))

    def set_status(self, row_id: int, status: str, *, code: int | None, text: str | None) -> None:
        now = time.time()
        sent = now if status == "sent" else None
        self.write(
            "UPDATE message SET status = ?, error_code = ?, error_message = ?, updated = ?,"
            " sent = coalesce(sent, ?) WHERE id = ?",
            (status, code, text, now, sent, row_id),
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
        return self.row("SELECT 1 FROM opt_out WHERE phone = ?", (phone,)) is not None

    def opt_out(self, phone: str) -> None:
        self.write("INSERT OR IGNORE INTO opt_out VALUES (?)", (phone,))

    def opt_in(self, phone: str) -> None:
        self.write("DELETE FROM opt_out WHERE phone = ?", (phone,))

    def clear(self) -> None:
        self.write("DELETE FROM message")
        self.write("DELETE FROM opt_out")
        self.commit()
