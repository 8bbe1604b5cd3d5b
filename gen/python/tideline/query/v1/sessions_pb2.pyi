import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tideline.query.v1 import analysis_pb2 as _analysis_pb2
from tideline.query.v1 import question_pb2 as _question_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QuerySessionsRequest(_message.Message):
    __slots__ = ("frame", "event", "interval", "session_gap", "page", "page_limit", "breakdown", "limit")
    FRAME_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    SESSION_GAP_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    PAGE_LIMIT_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    frame: _analysis_pb2.Frame
    event: _analysis_pb2.EventSelector
    interval: _question_pb2.Interval
    session_gap: _duration_pb2.Duration
    page: _question_pb2.Property
    page_limit: int
    breakdown: _containers.RepeatedCompositeFieldContainer[_question_pb2.Property]
    limit: int
    def __init__(self, frame: _Optional[_Union[_analysis_pb2.Frame, _Mapping]] = ..., event: _Optional[_Union[_analysis_pb2.EventSelector, _Mapping]] = ..., interval: _Optional[_Union[_question_pb2.Interval, str]] = ..., session_gap: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., page: _Optional[_Union[_question_pb2.Property, _Mapping]] = ..., page_limit: _Optional[int] = ..., breakdown: _Optional[_Iterable[_Union[_question_pb2.Property, _Mapping]]] = ..., limit: _Optional[int] = ...) -> None: ...

class QuerySessionsResponse(_message.Message):
    __slots__ = ("total", "buckets", "values", "entry_pages", "exit_pages", "rows", "other_rows", "open_buckets", "info")
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    BUCKETS_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    ENTRY_PAGES_FIELD_NUMBER: _ClassVar[int]
    EXIT_PAGES_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    OTHER_ROWS_FIELD_NUMBER: _ClassVar[int]
    OPEN_BUCKETS_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    total: VisitFigures
    buckets: _containers.RepeatedCompositeFieldContainer[_timestamp_pb2.Timestamp]
    values: _containers.RepeatedCompositeFieldContainer[VisitFigures]
    entry_pages: _containers.RepeatedCompositeFieldContainer[VisitPage]
    exit_pages: _containers.RepeatedCompositeFieldContainer[VisitPage]
    rows: _containers.RepeatedCompositeFieldContainer[VisitRow]
    other_rows: int
    open_buckets: _containers.RepeatedScalarFieldContainer[int]
    info: _question_pb2.AnswerInfo
    def __init__(self, total: _Optional[_Union[VisitFigures, _Mapping]] = ..., buckets: _Optional[_Iterable[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]]] = ..., values: _Optional[_Iterable[_Union[VisitFigures, _Mapping]]] = ..., entry_pages: _Optional[_Iterable[_Union[VisitPage, _Mapping]]] = ..., exit_pages: _Optional[_Iterable[_Union[VisitPage, _Mapping]]] = ..., rows: _Optional[_Iterable[_Union[VisitRow, _Mapping]]] = ..., other_rows: _Optional[int] = ..., open_buckets: _Optional[_Iterable[int]] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ...) -> None: ...

class VisitFigures(_message.Message):
    __slots__ = ("visitors", "visits", "events", "bounces", "bounce_rate", "events_per_visit", "average_duration_seconds")
    VISITORS_FIELD_NUMBER: _ClassVar[int]
    VISITS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    BOUNCES_FIELD_NUMBER: _ClassVar[int]
    BOUNCE_RATE_FIELD_NUMBER: _ClassVar[int]
    EVENTS_PER_VISIT_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    visitors: int
    visits: int
    events: int
    bounces: int
    bounce_rate: float
    events_per_visit: float
    average_duration_seconds: float
    def __init__(self, visitors: _Optional[int] = ..., visits: _Optional[int] = ..., events: _Optional[int] = ..., bounces: _Optional[int] = ..., bounce_rate: _Optional[float] = ..., events_per_visit: _Optional[float] = ..., average_duration_seconds: _Optional[float] = ...) -> None: ...

class VisitPage(_message.Message):
    __slots__ = ("page", "visits", "visitors")
    PAGE_FIELD_NUMBER: _ClassVar[int]
    VISITS_FIELD_NUMBER: _ClassVar[int]
    VISITORS_FIELD_NUMBER: _ClassVar[int]
    page: str
    visits: int
    visitors: int
    def __init__(self, page: _Optional[str] = ..., visits: _Optional[int] = ..., visitors: _Optional[int] = ...) -> None: ...

class VisitRow(_message.Message):
    __slots__ = ("breakdown", "figures")
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    breakdown: _containers.RepeatedCompositeFieldContainer[_question_pb2.BreakdownValue]
    figures: VisitFigures
    def __init__(self, breakdown: _Optional[_Iterable[_Union[_question_pb2.BreakdownValue, _Mapping]]] = ..., figures: _Optional[_Union[VisitFigures, _Mapping]] = ...) -> None: ...
