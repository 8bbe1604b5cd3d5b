import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tideline.query.v1 import analysis_pb2 as _analysis_pb2
from tideline.query.v1 import question_pb2 as _question_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RetentionClock(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RETENTION_CLOCK_UNSPECIFIED: _ClassVar[RetentionClock]
    RETENTION_CLOCK_CALENDAR: _ClassVar[RetentionClock]
    RETENTION_CLOCK_ROLLING: _ClassVar[RetentionClock]

class RetentionBound(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RETENTION_BOUND_UNSPECIFIED: _ClassVar[RetentionBound]
    RETENTION_BOUND_ON: _ClassVar[RetentionBound]
    RETENTION_BOUND_ON_OR_AFTER: _ClassVar[RetentionBound]
    RETENTION_BOUND_ON_OR_BEFORE: _ClassVar[RetentionBound]

class RetentionBirth(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RETENTION_BIRTH_UNSPECIFIED: _ClassVar[RetentionBirth]
    RETENTION_BIRTH_RECURRING: _ClassVar[RetentionBirth]
    RETENTION_BIRTH_FIRST_MATCHING: _ClassVar[RetentionBirth]
    RETENTION_BIRTH_FIRST_EVER: _ClassVar[RetentionBirth]

class RetentionBreakdown(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RETENTION_BREAKDOWN_UNSPECIFIED: _ClassVar[RetentionBreakdown]
    RETENTION_BREAKDOWN_START_EVENT: _ClassVar[RetentionBreakdown]
    RETENTION_BREAKDOWN_SAME_VALUE: _ClassVar[RetentionBreakdown]
RETENTION_CLOCK_UNSPECIFIED: RetentionClock
RETENTION_CLOCK_CALENDAR: RetentionClock
RETENTION_CLOCK_ROLLING: RetentionClock
RETENTION_BOUND_UNSPECIFIED: RetentionBound
RETENTION_BOUND_ON: RetentionBound
RETENTION_BOUND_ON_OR_AFTER: RetentionBound
RETENTION_BOUND_ON_OR_BEFORE: RetentionBound
RETENTION_BIRTH_UNSPECIFIED: RetentionBirth
RETENTION_BIRTH_RECURRING: RetentionBirth
RETENTION_BIRTH_FIRST_MATCHING: RetentionBirth
RETENTION_BIRTH_FIRST_EVER: RetentionBirth
RETENTION_BREAKDOWN_UNSPECIFIED: RetentionBreakdown
RETENTION_BREAKDOWN_START_EVENT: RetentionBreakdown
RETENTION_BREAKDOWN_SAME_VALUE: RetentionBreakdown

class QueryRetentionRequest(_message.Message):
    __slots__ = ("frame", "start_event", "return_event", "period", "periods", "clock", "bound", "birth", "minimum_occurrences", "returns_after_range", "breakdown", "breakdown_by", "limit")
    FRAME_FIELD_NUMBER: _ClassVar[int]
    START_EVENT_FIELD_NUMBER: _ClassVar[int]
    RETURN_EVENT_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PERIODS_FIELD_NUMBER: _ClassVar[int]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    BOUND_FIELD_NUMBER: _ClassVar[int]
    BIRTH_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    RETURNS_AFTER_RANGE_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_BY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    frame: _analysis_pb2.Frame
    start_event: _analysis_pb2.EventSelector
    return_event: _analysis_pb2.EventSelector
    period: _question_pb2.Interval
    periods: int
    clock: RetentionClock
    bound: RetentionBound
    birth: RetentionBirth
    minimum_occurrences: int
    returns_after_range: bool
    breakdown: _containers.RepeatedCompositeFieldContainer[_question_pb2.Property]
    breakdown_by: RetentionBreakdown
    limit: int
    def __init__(self, frame: _Optional[_Union[_analysis_pb2.Frame, _Mapping]] = ..., start_event: _Optional[_Union[_analysis_pb2.EventSelector, _Mapping]] = ..., return_event: _Optional[_Union[_analysis_pb2.EventSelector, _Mapping]] = ..., period: _Optional[_Union[_question_pb2.Interval, str]] = ..., periods: _Optional[int] = ..., clock: _Optional[_Union[RetentionClock, str]] = ..., bound: _Optional[_Union[RetentionBound, str]] = ..., birth: _Optional[_Union[RetentionBirth, str]] = ..., minimum_occurrences: _Optional[int] = ..., returns_after_range: bool = ..., breakdown: _Optional[_Iterable[_Union[_question_pb2.Property, _Mapping]]] = ..., breakdown_by: _Optional[_Union[RetentionBreakdown, str]] = ..., limit: _Optional[int] = ...) -> None: ...

class QueryRetentionResponse(_message.Message):
    __slots__ = ("cohorts", "series", "other_values", "open_buckets", "info")
    COHORTS_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    OTHER_VALUES_FIELD_NUMBER: _ClassVar[int]
    OPEN_BUCKETS_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    cohorts: _containers.RepeatedCompositeFieldContainer[_timestamp_pb2.Timestamp]
    series: _containers.RepeatedCompositeFieldContainer[RetentionSeries]
    other_values: int
    open_buckets: _containers.RepeatedScalarFieldContainer[int]
    info: _question_pb2.AnswerInfo
    def __init__(self, cohorts: _Optional[_Iterable[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]]] = ..., series: _Optional[_Iterable[_Union[RetentionSeries, _Mapping]]] = ..., other_values: _Optional[int] = ..., open_buckets: _Optional[_Iterable[int]] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ...) -> None: ...

class RetentionSeries(_message.Message):
    __slots__ = ("breakdown", "cohorts", "average", "is_other")
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    COHORTS_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_FIELD_NUMBER: _ClassVar[int]
    IS_OTHER_FIELD_NUMBER: _ClassVar[int]
    breakdown: _containers.RepeatedCompositeFieldContainer[_question_pb2.BreakdownValue]
    cohorts: _containers.RepeatedCompositeFieldContainer[RetentionCohort]
    average: _containers.RepeatedCompositeFieldContainer[_question_pb2.SeriesValue]
    is_other: bool
    def __init__(self, breakdown: _Optional[_Iterable[_Union[_question_pb2.BreakdownValue, _Mapping]]] = ..., cohorts: _Optional[_Iterable[_Union[RetentionCohort, _Mapping]]] = ..., average: _Optional[_Iterable[_Union[_question_pb2.SeriesValue, _Mapping]]] = ..., is_other: bool = ...) -> None: ...

class RetentionCohort(_message.Message):
    __slots__ = ("users", "cells")
    USERS_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    users: int
    cells: _containers.RepeatedCompositeFieldContainer[RetentionCell]
    def __init__(self, users: _Optional[int] = ..., cells: _Optional[_Iterable[_Union[RetentionCell, _Mapping]]] = ...) -> None: ...

class RetentionCell(_message.Message):
    __slots__ = ("users", "has_value")
    USERS_FIELD_NUMBER: _ClassVar[int]
    HAS_VALUE_FIELD_NUMBER: _ClassVar[int]
    users: int
    has_value: bool
    def __init__(self, users: _Optional[int] = ..., has_value: bool = ...) -> None: ...

class ListRetentionUsersRequest(_message.Message):
    __slots__ = ("retention", "cohort", "column", "breakdown", "page_size", "page_token")
    RETENTION_FIELD_NUMBER: _ClassVar[int]
    COHORT_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    retention: QueryRetentionRequest
    cohort: _timestamp_pb2.Timestamp
    column: int
    breakdown: _containers.RepeatedCompositeFieldContainer[_question_pb2.BreakdownValue]
    page_size: int
    page_token: str
    def __init__(self, retention: _Optional[_Union[QueryRetentionRequest, _Mapping]] = ..., cohort: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., column: _Optional[int] = ..., breakdown: _Optional[_Iterable[_Union[_question_pb2.BreakdownValue, _Mapping]]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRetentionUsersResponse(_message.Message):
    __slots__ = ("users", "next_page_token", "info")
    USERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    users: _containers.RepeatedCompositeFieldContainer[RetentionUser]
    next_page_token: str
    info: _question_pb2.AnswerInfo
    def __init__(self, users: _Optional[_Iterable[_Union[RetentionUser, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ...) -> None: ...

class RetentionUser(_message.Message):
    __slots__ = ("user_id", "columns")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    columns: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, user_id: _Optional[str] = ..., columns: _Optional[_Iterable[int]] = ...) -> None: ...
