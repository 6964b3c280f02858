"""What goes to a provider and what comes back, whichever provider it is."""

from dataclasses import dataclass

from notifications.providers.codes import ErrorClass

# After these nothing is settled yet.
OPEN = frozenset({None, ErrorClass.SAFE, ErrorClass.ACCOUNT, ErrorClass.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """All that a POST needs, so that no thread that posts touches the database."""

    to: str
    sender: str
    callback: str
    validity: int
    body: str
    content_sid: str
    content_variables: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a POST: with a sid it was taken, else the class says what may be done."""

    error: ErrorClass | None
    sid: str = ""
    status: str = ""
    code: str = ""
    retry_after: int | None = None

    @property
    def is_final(self) -> bool:
        return self.error not in OPEN
