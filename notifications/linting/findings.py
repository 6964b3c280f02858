"""What the linter says of a text, and the text as its rules read it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from notifications.wording import VARIABLE

HIDDEN = "¤"
LINK = re.compile(
    r"https?://\S+|www\.\S+|\b[\w.+-]+@[\w-]+\.[\w.]+|\b[\w-]+(?:\.[a-z]{2,})+/\S*",
    re.IGNORECASE,
)


class Severity(StrEnum):
    # Refused: the provider, the law or the clinic's own rule does not allow it.
    ERROR = "error"
    # Shown; the writer decides.
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One reason beside the text; `start` to `end` is the place, the same when it has none."""

    rule: str
    severity: Severity
    sentence: str
    start: int = 0
    end: int = 0
    # Which of the two texts: the message itself, or its short form for SMS.
    is_sms: bool = False

    @property
    def is_error(self) -> bool:
        return self.severity == Severity.ERROR


@dataclass(frozen=True)
class Text:
    """A text with its variables and links out of the rules' way, every letter in its place."""

    raw: str
    words: str

    @classmethod
    def of(cls, raw: str) -> "Text":
        hidden = VARIABLE.sub(_hide, raw)
        return cls(raw, LINK.sub(_hide, hidden))

    def find(self, pattern: "re.Pattern[str]") -> "Iterator[re.Match[str]]":
        return pattern.finditer(self.words)


def _hide(found: "re.Match[str]") -> str:
    return HIDDEN * len(found[0])


def whole(*patterns: str) -> "re.Pattern[str]":
    """Any of these as words of their own."""
    return re.compile(rf"(?<![\w-])(?:{'|'.join(patterns)})(?![\w-])", re.IGNORECASE)
