"""Sends events to Tideline: the small runtime of the typed trackers that ``tideline codegen`` prints."""

from .avro_writer import AvroWriter
from .client import Client
from .event import EventContext, EventOptions
from .json_writer import JsonWriter
from .values import AvroDuration, JsonValue
from .verdict import EventFault, TidelineError, Verdict

__all__ = [
    "AvroDuration",
    "AvroWriter",
    "Client",
    "EventContext",
    "EventFault",
    "EventOptions",
    "JsonValue",
    "JsonWriter",
    "TidelineError",
    "Verdict",
]
