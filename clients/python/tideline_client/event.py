"""What an event says besides its properties."""

from __future__ import annotations

import datetime
import json
import secrets
import time
import uuid
from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class EventContext:
    """Where an event happened."""

    ip: Optional[str] = None
    user_agent: Optional[str] = None
    page_url: Optional[str] = None
    page_title: Optional[str] = None
    referrer: Optional[str] = None
    locale: Optional[str] = None


@dataclass(frozen=True)
class EventOptions:
    """What an event says besides its properties.

    ``event_id`` is the deduplication key, by default a new UUIDv7; ``time`` is when it happened, by default now.
    """

    user_id: Optional[str] = None
    anonymous_id: Optional[str] = None
    session_id: Optional[str] = None
    event_id: Optional[str] = None
    time: Optional[datetime.datetime] = None
    context: Optional[EventContext] = None


def uuid_v7() -> str:
    """A UUID of version 7: sorted by its time."""
    value = int(time.time() * 1_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def time_text(value: Optional[datetime.datetime]) -> str:
    """A time in RFC 3339; None is now."""
    if value is None:
        value = datetime.datetime.now(datetime.timezone.utc)
    if value.tzinfo is None:
        raise ValueError("a time needs its time zone, such as datetime.timezone.utc")
    return value.isoformat()


def open_event(event_type: str, body: str, options: Optional[EventOptions]) -> tuple[str, str]:
    """An event's id, and its text without the brace that closes it: each attempt adds the time of sending."""
    given = options or EventOptions()
    event_id = given.event_id or uuid_v7()
    head: dict[str, object] = {"eventId": event_id, "type": event_type, "clientTime": time_text(given.time)}
    for name, value in (
        ("userId", given.user_id),
        ("anonymousId", given.anonymous_id),
        ("sessionId", given.session_id),
    ):
        if value is not None:
            head[name] = value
    if given.context is not None:
        context = vars(given.context)
        head["context"] = {name: value for name, value in context.items() if value is not None}
    return event_id, f"{json.dumps(head)[:-1]},{body}"
