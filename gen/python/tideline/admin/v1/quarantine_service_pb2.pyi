import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tideline.event.v1 import event_pb2 as _event_pb2
from tideline.event.v1 import verdict_pb2 as _verdict_pb2
from tideline.fault.v1 import fault_pb2 as _fault_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QuarantineFilter(_message.Message):
    __slots__ = ("project_id", "quarantine_ids", "event_id", "type", "reason", "from_time", "to_time", "alarm_id")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    QUARANTINE_IDS_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FROM_TIME_FIELD_NUMBER: _ClassVar[int]
    TO_TIME_FIELD_NUMBER: _ClassVar[int]
    ALARM_ID_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    quarantine_ids: _containers.RepeatedScalarFieldContainer[str]
    event_id: str
    type: str
    reason: _fault_pb2.FaultReason
    from_time: _timestamp_pb2.Timestamp
    to_time: _timestamp_pb2.Timestamp
    alarm_id: str
    def __init__(self, project_id: _Optional[str] = ..., quarantine_ids: _Optional[_Iterable[str]] = ..., event_id: _Optional[str] = ..., type: _Optional[str] = ..., reason: _Optional[_Union[_fault_pb2.FaultReason, str]] = ..., from_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., to_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., alarm_id: _Optional[str] = ...) -> None: ...

class QuarantineAlarm(_message.Message):
    __slots__ = ("alarm_id", "key_id", "first_time", "last_time", "is_open", "events", "type", "fault", "fault_events")
    ALARM_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_TIME_FIELD_NUMBER: _ClassVar[int]
    IS_OPEN_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    FAULT_EVENTS_FIELD_NUMBER: _ClassVar[int]
    alarm_id: str
    key_id: str
    first_time: _timestamp_pb2.Timestamp
    last_time: _timestamp_pb2.Timestamp
    is_open: bool
    events: int
    type: str
    fault: _verdict_pb2.EventFault
    fault_events: int
    def __init__(self, alarm_id: _Optional[str] = ..., key_id: _Optional[str] = ..., first_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_open: bool = ..., events: _Optional[int] = ..., type: _Optional[str] = ..., fault: _Optional[_Union[_verdict_pb2.EventFault, _Mapping]] = ..., fault_events: _Optional[int] = ...) -> None: ...

class Quarantined(_message.Message):
    __slots__ = ("quarantine_id", "event", "fault", "receive_time", "key_id", "attempts", "is_masked")
    QUARANTINE_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    RECEIVE_TIME_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    IS_MASKED_FIELD_NUMBER: _ClassVar[int]
    quarantine_id: str
    event: _event_pb2.Event
    fault: _verdict_pb2.EventFault
    receive_time: _timestamp_pb2.Timestamp
    key_id: str
    attempts: int
    is_masked: bool
    def __init__(self, quarantine_id: _Optional[str] = ..., event: _Optional[_Union[_event_pb2.Event, _Mapping]] = ..., fault: _Optional[_Union[_verdict_pb2.EventFault, _Mapping]] = ..., receive_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., key_id: _Optional[str] = ..., attempts: _Optional[int] = ..., is_masked: bool = ...) -> None: ...

class Correction(_message.Message):
    __slots__ = ("rename", "defaults", "casts", "type", "use_receive_time")
    class RenameEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class DefaultsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class CastsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    RENAME_FIELD_NUMBER: _ClassVar[int]
    DEFAULTS_FIELD_NUMBER: _ClassVar[int]
    CASTS_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    USE_RECEIVE_TIME_FIELD_NUMBER: _ClassVar[int]
    rename: _containers.ScalarMap[str, str]
    defaults: _containers.ScalarMap[str, str]
    casts: _containers.ScalarMap[str, str]
    type: str
    use_receive_time: bool
    def __init__(self, rename: _Optional[_Mapping[str, str]] = ..., defaults: _Optional[_Mapping[str, str]] = ..., casts: _Optional[_Mapping[str, str]] = ..., type: _Optional[str] = ..., use_receive_time: bool = ...) -> None: ...

class ListQuarantinedRequest(_message.Message):
    __slots__ = ("filter", "page_size", "page_token")
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    filter: QuarantineFilter
    page_size: int
    page_token: str
    def __init__(self, filter: _Optional[_Union[QuarantineFilter, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListQuarantinedResponse(_message.Message):
    __slots__ = ("events", "next_page_token", "total", "alarms")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    ALARMS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[Quarantined]
    next_page_token: str
    total: int
    alarms: _containers.RepeatedCompositeFieldContainer[QuarantineAlarm]
    def __init__(self, events: _Optional[_Iterable[_Union[Quarantined, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total: _Optional[int] = ..., alarms: _Optional[_Iterable[_Union[QuarantineAlarm, _Mapping]]] = ...) -> None: ...

class ReprocessQuarantinedRequest(_message.Message):
    __slots__ = ("filter", "correction", "dry_run")
    FILTER_FIELD_NUMBER: _ClassVar[int]
    CORRECTION_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    filter: QuarantineFilter
    correction: Correction
    dry_run: bool
    def __init__(self, filter: _Optional[_Union[QuarantineFilter, _Mapping]] = ..., correction: _Optional[_Union[Correction, _Mapping]] = ..., dry_run: bool = ...) -> None: ...

class ReprocessQuarantinedResponse(_message.Message):
    __slots__ = ("accepted", "duplicates", "failed", "remaining", "failures")
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    accepted: int
    duplicates: int
    failed: int
    remaining: int
    failures: _containers.RepeatedCompositeFieldContainer[Quarantined]
    def __init__(self, accepted: _Optional[int] = ..., duplicates: _Optional[int] = ..., failed: _Optional[int] = ..., remaining: _Optional[int] = ..., failures: _Optional[_Iterable[_Union[Quarantined, _Mapping]]] = ...) -> None: ...

class DiscardQuarantinedRequest(_message.Message):
    __slots__ = ("filter",)
    FILTER_FIELD_NUMBER: _ClassVar[int]
    filter: QuarantineFilter
    def __init__(self, filter: _Optional[_Union[QuarantineFilter, _Mapping]] = ...) -> None: ...

class DiscardQuarantinedResponse(_message.Message):
    __slots__ = ("discarded",)
    DISCARDED_FIELD_NUMBER: _ClassVar[int]
    discarded: int
    def __init__(self, discarded: _Optional[int] = ...) -> None: ...
