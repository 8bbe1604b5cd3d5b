from tideline.event.v1 import event_pb2 as _event_pb2
from tideline.event.v1 import verdict_pb2 as _verdict_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QuarantineBlock(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[QuarantinedEvent]
    def __init__(self, events: _Optional[_Iterable[_Union[QuarantinedEvent, _Mapping]]] = ...) -> None: ...

class QuarantinedEvent(_message.Message):
    __slots__ = ("project_id", "event", "fault", "received_time_ms", "key_id", "step", "quarantine_id", "sealed_event", "in_flood")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    QUARANTINE_ID_FIELD_NUMBER: _ClassVar[int]
    SEALED_EVENT_FIELD_NUMBER: _ClassVar[int]
    IN_FLOOD_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    event: _event_pb2.Event
    fault: _verdict_pb2.EventFault
    received_time_ms: int
    key_id: str
    step: str
    quarantine_id: str
    sealed_event: bytes
    in_flood: bool
    def __init__(self, project_id: _Optional[str] = ..., event: _Optional[_Union[_event_pb2.Event, _Mapping]] = ..., fault: _Optional[_Union[_verdict_pb2.EventFault, _Mapping]] = ..., received_time_ms: _Optional[int] = ..., key_id: _Optional[str] = ..., step: _Optional[str] = ..., quarantine_id: _Optional[str] = ..., sealed_event: _Optional[bytes] = ..., in_flood: bool = ...) -> None: ...
