"""What can be set while the server runs (POST /_control), and the seeded dice for faults."""

import random
from collections import deque
from dataclasses import asdict, dataclass, field, fields
from typing import Any

# What a fault does, and whether the message was taken nevertheless.
FAULTS = {
    "rate_limited": False,
    "rate_limited_bare": False,
    "server_error_before": False,
    "server_error_after": True,
    "drop_before": False,
    "drop_after": True,
    "hang_before": False,
    "hang_after": True,
    "trickle": True,
    "truncated": True,
    "html": True,
    "unavailable": False,
    "unauthorized": False,
}
READ_FAULTS = frozenset({"rate_limited", "server_error_before", "drop_before", "hang_before"})


class BadSetting(Exception):
    pass


@dataclass
class Settings:
    seed: int = 1
    # Shares of the POSTs that meet a fault: {"rate_limited": 0.03}; `next` comes before, in order.
    faults: dict[str, float] = field(default_factory=dict)
    next: list[str] = field(default_factory=list)
    read_faults: dict[str, float] = field(default_factory=dict)
    retry_after: int | None = 1
    hang_seconds: float = 120.0
    latency_ms: float = 0.0
    latency_spread_ms: float = 0.0
    list_lag_ms: float = 0.0
    # Callbacks: shares dropped, doubled, held back so that later ones overtake.
    callback_drop: float = 0.0
    callback_duplicate: float = 0.0
    callback_reorder: float = 0.0
    callback_delay_ms: float = 0.0
    callback_algorithm: str = "HMAC_SHA1"
    callbacks_at_once: int = 32
    # False: what is taken stays queued and is never called back about, to measure POSTs alone.
    delivers: bool = True
    sent_ms: float = 300.0
    delivered_ms: float = 900.0
    # When a WhatsApp message is read: "auto" after read_ms, "viewed" on the phone page, "never".
    read: str = "auto"
    read_ms: float = 2500.0
    # Messages a second and sender, and how many hours of them Twilio queues; 0 is no limit.
    whatsapp_mps: float = 80.0
    sms_mps: float = 10.0
    whatsapp_queue_hours: float = 4.0
    sms_queue_hours: float = 10.0
    # Dollars for a WhatsApp message, and for each segment of an SMS; told once it is sent.
    whatsapp_price: float = 0.0200
    sms_price: float = 0.4400
    # Free text outside the 24 hours: "later" (as Twilio: taken, then 63016), "at_once", "allow".
    outside_window: str = "later"
    # Whether STOP on WhatsApp is obeyed by the provider too; Twilio documents it for SMS only.
    whatsapp_stop: bool = False
    scripted_numbers: bool = True
    inbound_url: str = ""
    default_sms_from: str = "KLINIK"
    default_whatsapp_from: str = "whatsapp:+6281100000000"

    def __post_init__(self) -> None:
        self.reseed()

    def reseed(self) -> None:
        self.dice = random.Random(self.seed)
        self.queue = deque(self.next)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"next": list(self.queue)}

    def change(self, values: dict[str, Any]) -> None:
        defaults = Settings()
        known = {f.name: type(getattr(defaults, f.name)) for f in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise BadSetting(f"unknown setting {name}")
            if name != "retry_after" and not _fits(value, known[name]):
                raise BadSetting(f"{name} must be {known[name].__name__}")
        for mode in (*values.get("faults", {}), *values.get("next", ())):
            if mode not in FAULTS:
                raise BadSetting(f"unknown fault {mode}")
        if unknown := set(values.get("read_faults", {})) - READ_FAULTS:
            raise BadSetting(f"unknown fault {unknown.pop()}")
        for name, value in values.items():
            setattr(self, name, value)
        if "seed" in values:
            self.dice = random.Random(self.seed)
        if "next" in values:
            self.queue = deque(self.next)

    def fault(self) -> str | None:
        """The fault of this POST, by order or by the dice."""
        if self.queue:
            return self.queue.popleft()
        return self._roll(self.faults)

    def read_fault(self) -> str | None:
        return self._roll(self.read_faults)

    def _roll(self, shares: dict[str, float]) -> str | None:
        if not shares:
            return None
        rest = self.dice.random()
        for mode, share in shares.items():
            if rest < share:
                return mode
            rest -= share
        return None

    def latency(self) -> float:
        spread = self.dice.uniform(0, self.latency_spread_ms) if self.latency_spread_ms else 0.0
        return (self.latency_ms + spread) / 1000


def _fits(value: object, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind)
