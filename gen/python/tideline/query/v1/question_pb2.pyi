import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Interval(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INTERVAL_UNSPECIFIED: _ClassVar[Interval]
    INTERVAL_MINUTE: _ClassVar[Interval]
    INTERVAL_QUARTER_HOUR: _ClassVar[Interval]
    INTERVAL_HOUR: _ClassVar[Interval]
    INTERVAL_DAY: _ClassVar[Interval]
    INTERVAL_WEEK: _ClassVar[Interval]
    INTERVAL_MONTH: _ClassVar[Interval]

class PropertyScope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROPERTY_SCOPE_UNSPECIFIED: _ClassVar[PropertyScope]
    PROPERTY_SCOPE_EVENT: _ClassVar[PropertyScope]
    PROPERTY_SCOPE_FIELD: _ClassVar[PropertyScope]
    PROPERTY_SCOPE_USER: _ClassVar[PropertyScope]
    PROPERTY_SCOPE_COHORT: _ClassVar[PropertyScope]

class FilterOp(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FILTER_OP_UNSPECIFIED: _ClassVar[FilterOp]
    FILTER_OP_EQUALS: _ClassVar[FilterOp]
    FILTER_OP_NOT_EQUALS: _ClassVar[FilterOp]
    FILTER_OP_CONTAINS: _ClassVar[FilterOp]
    FILTER_OP_NOT_CONTAINS: _ClassVar[FilterOp]
    FILTER_OP_REGEX: _ClassVar[FilterOp]
    FILTER_OP_NOT_REGEX: _ClassVar[FilterOp]
    FILTER_OP_SET: _ClassVar[FilterOp]
    FILTER_OP_NOT_SET: _ClassVar[FilterOp]
    FILTER_OP_GREATER: _ClassVar[FilterOp]
    FILTER_OP_GREATER_OR_EQUAL: _ClassVar[FilterOp]
    FILTER_OP_LESS: _ClassVar[FilterOp]
    FILTER_OP_LESS_OR_EQUAL: _ClassVar[FilterOp]

class Aggregation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AGGREGATION_UNSPECIFIED: _ClassVar[Aggregation]
    AGGREGATION_COUNT: _ClassVar[Aggregation]
    AGGREGATION_UNIQUE_USERS: _ClassVar[Aggregation]
    AGGREGATION_SUM: _ClassVar[Aggregation]
    AGGREGATION_AVG: _ClassVar[Aggregation]
    AGGREGATION_MIN: _ClassVar[Aggregation]
    AGGREGATION_MAX: _ClassVar[Aggregation]
    AGGREGATION_PERCENTILE: _ClassVar[Aggregation]
    AGGREGATION_UNIQUE_VALUES: _ClassVar[Aggregation]
INTERVAL_UNSPECIFIED: Interval
INTERVAL_MINUTE: Interval
INTERVAL_QUARTER_HOUR: Interval
INTERVAL_HOUR: Interval
INTERVAL_DAY: Interval
INTERVAL_WEEK: Interval
INTERVAL_MONTH: Interval
PROPERTY_SCOPE_UNSPECIFIED: PropertyScope
PROPERTY_SCOPE_EVENT: PropertyScope
PROPERTY_SCOPE_FIELD: PropertyScope
PROPERTY_SCOPE_USER: PropertyScope
PROPERTY_SCOPE_COHORT: PropertyScope
FILTER_OP_UNSPECIFIED: FilterOp
FILTER_OP_EQUALS: FilterOp
FILTER_OP_NOT_EQUALS: FilterOp
FILTER_OP_CONTAINS: FilterOp
FILTER_OP_NOT_CONTAINS: FilterOp
FILTER_OP_REGEX: FilterOp
FILTER_OP_NOT_REGEX: FilterOp
FILTER_OP_SET: FilterOp
FILTER_OP_NOT_SET: FilterOp
FILTER_OP_GREATER: FilterOp
FILTER_OP_GREATER_OR_EQUAL: FilterOp
FILTER_OP_LESS: FilterOp
FILTER_OP_LESS_OR_EQUAL: FilterOp
AGGREGATION_UNSPECIFIED: Aggregation
AGGREGATION_COUNT: Aggregation
AGGREGATION_UNIQUE_USERS: Aggregation
AGGREGATION_SUM: Aggregation
AGGREGATION_AVG: Aggregation
AGGREGATION_MIN: Aggregation
AGGREGATION_MAX: Aggregation
AGGREGATION_PERCENTILE: Aggregation
AGGREGATION_UNIQUE_VALUES: Aggregation

class TimeRange(_message.Message):
    __slots__ = ("to",)
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    to: _timestamp_pb2.Timestamp
    def __init__(self, to: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., **kwargs) -> None: ...

class Property(_message.Message):
    __slots__ = ("scope", "name")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    scope: PropertyScope
    name: str
    def __init__(self, scope: _Optional[_Union[PropertyScope, str]] = ..., name: _Optional[str] = ...) -> None: ...

class Filter(_message.Message):
    __slots__ = ("property", "op", "values")
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    OP_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    property: Property
    op: FilterOp
    values: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, property: _Optional[_Union[Property, _Mapping]] = ..., op: _Optional[_Union[FilterOp, str]] = ..., values: _Optional[_Iterable[str]] = ...) -> None: ...

class AnswerInfo(_message.Message):
    __slots__ = ("watermark", "as_of", "positions", "time_zone", "late_share", "range", "cached", "stale", "source", "engine_ms", "rows_read", "week_start", "complete_from", "history_from", "plan")
    class PositionsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: int
        value: int
        def __init__(self, key: _Optional[int] = ..., value: _Optional[int] = ...) -> None: ...
    WATERMARK_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    LATE_SHARE_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    STALE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ENGINE_MS_FIELD_NUMBER: _ClassVar[int]
    ROWS_READ_FIELD_NUMBER: _ClassVar[int]
    WEEK_START_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FROM_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FROM_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    watermark: _timestamp_pb2.Timestamp
    as_of: _timestamp_pb2.Timestamp
    positions: _containers.ScalarMap[int, int]
    time_zone: str
    late_share: float
    range: TimeRange
    cached: bool
    stale: bool
    source: str
    engine_ms: float
    rows_read: int
    week_start: str
    complete_from: _timestamp_pb2.Timestamp
    history_from: _timestamp_pb2.Timestamp
    plan: _containers.RepeatedCompositeFieldContainer[PlanPart]
    def __init__(self, watermark: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., positions: _Optional[_Mapping[int, int]] = ..., time_zone: _Optional[str] = ..., late_share: _Optional[float] = ..., range: _Optional[_Union[TimeRange, _Mapping]] = ..., cached: bool = ..., stale: bool = ..., source: _Optional[str] = ..., engine_ms: _Optional[float] = ..., rows_read: _Optional[int] = ..., week_start: _Optional[str] = ..., complete_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., history_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., plan: _Optional[_Iterable[_Union[PlanPart, _Mapping]]] = ...) -> None: ...

class PlanPart(_message.Message):
    __slots__ = ("purpose", "source", "reason", "rows_read", "bytes_read", "engine_ms", "total_ms")
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ROWS_READ_FIELD_NUMBER: _ClassVar[int]
    BYTES_READ_FIELD_NUMBER: _ClassVar[int]
    ENGINE_MS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_MS_FIELD_NUMBER: _ClassVar[int]
    purpose: str
    source: str
    reason: str
    rows_read: int
    bytes_read: int
    engine_ms: float
    total_ms: float
    def __init__(self, purpose: _Optional[str] = ..., source: _Optional[str] = ..., reason: _Optional[str] = ..., rows_read: _Optional[int] = ..., bytes_read: _Optional[int] = ..., engine_ms: _Optional[float] = ..., total_ms: _Optional[float] = ...) -> None: ...

class BreakdownValue(_message.Message):
    __slots__ = ("value", "missing")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    value: str
    missing: bool
    def __init__(self, value: _Optional[str] = ..., missing: bool = ...) -> None: ...

class SeriesValue(_message.Message):
    __slots__ = ("value", "has_value")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    HAS_VALUE_FIELD_NUMBER: _ClassVar[int]
    value: float
    has_value: bool
    def __init__(self, value: _Optional[float] = ..., has_value: bool = ...) -> None: ...
