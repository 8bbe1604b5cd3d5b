from tideline.event.v1 import verdict_pb2 as _verdict_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LiveDelta(_message.Message):
    __slots__ = ("project_id", "partition", "sequence", "watermark_ms", "counts")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    WATERMARK_MS_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    partition: int
    sequence: int
    watermark_ms: int
    counts: _containers.RepeatedCompositeFieldContainer[LiveCount]
    def __init__(self, project_id: _Optional[str] = ..., partition: _Optional[int] = ..., sequence: _Optional[int] = ..., watermark_ms: _Optional[int] = ..., counts: _Optional[_Iterable[_Union[LiveCount, _Mapping]]] = ...) -> None: ...

class LiveCount(_message.Message):
    __slots__ = ("minute_ms", "type", "country", "device_class", "events", "amount")
    MINUTE_MS_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    DEVICE_CLASS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    minute_ms: int
    type: str
    country: str
    device_class: str
    events: int
    amount: float
    def __init__(self, minute_ms: _Optional[int] = ..., type: _Optional[str] = ..., country: _Optional[str] = ..., device_class: _Optional[str] = ..., events: _Optional[int] = ..., amount: _Optional[float] = ...) -> None: ...

class LiveVerdicts(_message.Message):
    __slots__ = ("project_id", "received_time_ms", "outcomes", "sample")
    class OutcomesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: int
        value: int
        def __init__(self, key: _Optional[int] = ..., value: _Optional[int] = ...) -> None: ...
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    received_time_ms: int
    outcomes: _containers.ScalarMap[int, int]
    sample: _containers.RepeatedCompositeFieldContainer[LiveVerdict]
    def __init__(self, project_id: _Optional[str] = ..., received_time_ms: _Optional[int] = ..., outcomes: _Optional[_Mapping[int, int]] = ..., sample: _Optional[_Iterable[_Union[LiveVerdict, _Mapping]]] = ...) -> None: ...

class LiveVerdict(_message.Message):
    __slots__ = ("event_id", "type", "visitor_id", "time_ms", "outcome", "fault")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    VISITOR_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_MS_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    type: str
    visitor_id: str
    time_ms: int
    outcome: _verdict_pb2.Outcome
    fault: _verdict_pb2.EventFault
    def __init__(self, event_id: _Optional[str] = ..., type: _Optional[str] = ..., visitor_id: _Optional[str] = ..., time_ms: _Optional[int] = ..., outcome: _Optional[_Union[_verdict_pb2.Outcome, str]] = ..., fault: _Optional[_Union[_verdict_pb2.EventFault, _Mapping]] = ...) -> None: ...

class ServiceStatus(_message.Message):
    __slots__ = ("service", "instance", "time_ms", "engines", "partitions", "events_per_second", "rss_bytes", "notes")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    TIME_MS_FIELD_NUMBER: _ClassVar[int]
    ENGINES_FIELD_NUMBER: _ClassVar[int]
    PARTITIONS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    RSS_BYTES_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    service: str
    instance: str
    time_ms: int
    engines: _containers.RepeatedCompositeFieldContainer[EngineStatus]
    partitions: _containers.RepeatedCompositeFieldContainer[PartitionLag]
    events_per_second: float
    rss_bytes: int
    notes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, service: _Optional[str] = ..., instance: _Optional[str] = ..., time_ms: _Optional[int] = ..., engines: _Optional[_Iterable[_Union[EngineStatus, _Mapping]]] = ..., partitions: _Optional[_Iterable[_Union[PartitionLag, _Mapping]]] = ..., events_per_second: _Optional[float] = ..., rss_bytes: _Optional[int] = ..., notes: _Optional[_Iterable[str]] = ...) -> None: ...

class EngineStatus(_message.Message):
    __slots__ = ("engine", "ok", "reason")
    ENGINE_FIELD_NUMBER: _ClassVar[int]
    OK_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    engine: str
    ok: bool
    reason: str
    def __init__(self, engine: _Optional[str] = ..., ok: bool = ..., reason: _Optional[str] = ...) -> None: ...

class PartitionLag(_message.Message):
    __slots__ = ("partition", "messages", "age_ms")
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    AGE_MS_FIELD_NUMBER: _ClassVar[int]
    partition: int
    messages: int
    age_ms: int
    def __init__(self, partition: _Optional[int] = ..., messages: _Optional[int] = ..., age_ms: _Optional[int] = ...) -> None: ...
