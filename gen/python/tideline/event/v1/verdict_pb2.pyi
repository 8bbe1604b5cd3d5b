from tideline.fault.v1 import fault_pb2 as _fault_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_UNSPECIFIED: _ClassVar[Outcome]
    OUTCOME_ACCEPTED: _ClassVar[Outcome]
    OUTCOME_DUPLICATE: _ClassVar[Outcome]
    OUTCOME_CONFLICT: _ClassVar[Outcome]
    OUTCOME_QUARANTINED: _ClassVar[Outcome]
    OUTCOME_REJECTED: _ClassVar[Outcome]
OUTCOME_UNSPECIFIED: Outcome
OUTCOME_ACCEPTED: Outcome
OUTCOME_DUPLICATE: Outcome
OUTCOME_CONFLICT: Outcome
OUTCOME_QUARANTINED: Outcome
OUTCOME_REJECTED: Outcome

class EventFault(_message.Message):
    __slots__ = ("reason", "field", "rule", "message", "retryable", "schema_version")
    REASON_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RETRYABLE_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    reason: _fault_pb2.FaultReason
    field: str
    rule: str
    message: str
    retryable: bool
    schema_version: int
    def __init__(self, reason: _Optional[_Union[_fault_pb2.FaultReason, str]] = ..., field: _Optional[str] = ..., rule: _Optional[str] = ..., message: _Optional[str] = ..., retryable: bool = ..., schema_version: _Optional[int] = ...) -> None: ...

class EventVerdict(_message.Message):
    __slots__ = ("outcome", "fault", "made_event_id")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    MADE_EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    outcome: Outcome
    fault: EventFault
    made_event_id: str
    def __init__(self, outcome: _Optional[_Union[Outcome, str]] = ..., fault: _Optional[_Union[EventFault, _Mapping]] = ..., made_event_id: _Optional[str] = ...) -> None: ...
