import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tideline.query.v1 import question_pb2 as _question_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Semantics(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEMANTICS_UNSPECIFIED: _ClassVar[Semantics]
    SEMANTICS_NATIVE: _ClassVar[Semantics]
    SEMANTICS_POSTHOG: _ClassVar[Semantics]
SEMANTICS_UNSPECIFIED: Semantics
SEMANTICS_NATIVE: Semantics
SEMANTICS_POSTHOG: Semantics

class Frame(_message.Message):
    __slots__ = ("range", "time_zone", "week_start", "filters", "semantics", "now", "max_staleness", "explain")
    RANGE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    WEEK_START_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    SEMANTICS_FIELD_NUMBER: _ClassVar[int]
    NOW_FIELD_NUMBER: _ClassVar[int]
    MAX_STALENESS_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_FIELD_NUMBER: _ClassVar[int]
    range: _question_pb2.TimeRange
    time_zone: str
    week_start: str
    filters: _containers.RepeatedCompositeFieldContainer[_question_pb2.Filter]
    semantics: Semantics
    now: _timestamp_pb2.Timestamp
    max_staleness: _duration_pb2.Duration
    explain: bool
    def __init__(self, range: _Optional[_Union[_question_pb2.TimeRange, _Mapping]] = ..., time_zone: _Optional[str] = ..., week_start: _Optional[str] = ..., filters: _Optional[_Iterable[_Union[_question_pb2.Filter, _Mapping]]] = ..., semantics: _Optional[_Union[Semantics, str]] = ..., now: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., max_staleness: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., explain: bool = ...) -> None: ...

class EventSelector(_message.Message):
    __slots__ = ("type", "filters")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    type: str
    filters: _containers.RepeatedCompositeFieldContainer[_question_pb2.Filter]
    def __init__(self, type: _Optional[str] = ..., filters: _Optional[_Iterable[_Union[_question_pb2.Filter, _Mapping]]] = ...) -> None: ...
