"""What becomes of events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class EventFault:
    """Why an event was not simply accepted; ``reason`` is a name of tideline.fault.v1.FaultReason."""

    reason: str
    field: str = ""
    rule: str = ""
    message: str = ""
    retryable: bool = False
    schema_version: int = 0


@dataclass(frozen=True)
class Verdict:
    """The server's verdict on one event; ``outcome`` is a name of tideline.event.v1.Outcome."""

    outcome: str
    event_id: str
    fault: Optional[EventFault] = None


class TidelineError(Exception):
    """Why an event was not sent, or not answered.

    ``code`` is the server's code in lower case, such as "unauthenticated" or "unavailable", or the client's own:
    "queue_full" and "closed".
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
