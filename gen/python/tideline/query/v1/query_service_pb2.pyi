import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tideline.event.v1 import event_pb2 as _event_pb2
from tideline.event.v1 import verdict_pb2 as _verdict_pb2
from tideline.pipeline.v1 import block_pb2 as _block_pb2
from tideline.pipeline.v1 import live_pb2 as _live_pb2
from tideline.query.v1 import cohort_pb2 as _cohort_pb2
from tideline.query.v1 import experiment_pb2 as _experiment_pb2
from tideline.query.v1 import funnel_pb2 as _funnel_pb2
from tideline.query.v1 import lifecycle_pb2 as _lifecycle_pb2
from tideline.query.v1 import metric_pb2 as _metric_pb2
from tideline.query.v1 import paths_pb2 as _paths_pb2
from tideline.query.v1 import question_pb2 as _question_pb2
from tideline.query.v1 import retention_pb2 as _retention_pb2
from tideline.query.v1 import sessions_pb2 as _sessions_pb2
from tideline.query.v1 import sql_pb2 as _sql_pb2
from tideline.query.v1 import stickiness_pb2 as _stickiness_pb2
from tideline.query.v1 import trend_pb2 as _trend_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QueryMetricsRequest(_message.Message):
    __slots__ = ("type", "aggregation", "property", "percentile", "range", "interval", "time_zone", "week_start", "filters", "breakdown", "limit", "max_staleness")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    AGGREGATION_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    WEEK_START_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    MAX_STALENESS_FIELD_NUMBER: _ClassVar[int]
    type: str
    aggregation: _question_pb2.Aggregation
    property: _question_pb2.Property
    percentile: float
    range: _question_pb2.TimeRange
    interval: _question_pb2.Interval
    time_zone: str
    week_start: str
    filters: _containers.RepeatedCompositeFieldContainer[_question_pb2.Filter]
    breakdown: _containers.RepeatedCompositeFieldContainer[_question_pb2.Property]
    limit: int
    max_staleness: _duration_pb2.Duration
    def __init__(self, type: _Optional[str] = ..., aggregation: _Optional[_Union[_question_pb2.Aggregation, str]] = ..., property: _Optional[_Union[_question_pb2.Property, _Mapping]] = ..., percentile: _Optional[float] = ..., range: _Optional[_Union[_question_pb2.TimeRange, _Mapping]] = ..., interval: _Optional[_Union[_question_pb2.Interval, str]] = ..., time_zone: _Optional[str] = ..., week_start: _Optional[str] = ..., filters: _Optional[_Iterable[_Union[_question_pb2.Filter, _Mapping]]] = ..., breakdown: _Optional[_Iterable[_Union[_question_pb2.Property, _Mapping]]] = ..., limit: _Optional[int] = ..., max_staleness: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class QueryMetricsResponse(_message.Message):
    __slots__ = ("buckets", "series", "other_values", "info", "open_buckets")
    BUCKETS_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    OTHER_VALUES_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    OPEN_BUCKETS_FIELD_NUMBER: _ClassVar[int]
    buckets: _containers.RepeatedCompositeFieldContainer[_timestamp_pb2.Timestamp]
    series: _containers.RepeatedCompositeFieldContainer[Series]
    other_values: int
    info: _question_pb2.AnswerInfo
    open_buckets: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, buckets: _Optional[_Iterable[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]]] = ..., series: _Optional[_Iterable[_Union[Series, _Mapping]]] = ..., other_values: _Optional[int] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ..., open_buckets: _Optional[_Iterable[int]] = ...) -> None: ...

class Series(_message.Message):
    __slots__ = ("breakdown", "values", "total", "is_other")
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    IS_OTHER_FIELD_NUMBER: _ClassVar[int]
    breakdown: _containers.RepeatedCompositeFieldContainer[_question_pb2.BreakdownValue]
    values: _containers.RepeatedCompositeFieldContainer[_question_pb2.SeriesValue]
    total: _question_pb2.SeriesValue
    is_other: bool
    def __init__(self, breakdown: _Optional[_Iterable[_Union[_question_pb2.BreakdownValue, _Mapping]]] = ..., values: _Optional[_Iterable[_Union[_question_pb2.SeriesValue, _Mapping]]] = ..., total: _Optional[_Union[_question_pb2.SeriesValue, _Mapping]] = ..., is_other: bool = ...) -> None: ...

class ListEventsRequest(_message.Message):
    __slots__ = ("type", "range", "filters", "page_size", "page_token", "event_id", "user_id")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    type: str
    range: _question_pb2.TimeRange
    filters: _containers.RepeatedCompositeFieldContainer[_question_pb2.Filter]
    page_size: int
    page_token: str
    event_id: str
    user_id: str
    def __init__(self, type: _Optional[str] = ..., range: _Optional[_Union[_question_pb2.TimeRange, _Mapping]] = ..., filters: _Optional[_Iterable[_Union[_question_pb2.Filter, _Mapping]]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., event_id: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...

class ListEventsResponse(_message.Message):
    __slots__ = ("events", "next_page_token", "info")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[_block_pb2.Event]
    next_page_token: str
    info: _question_pb2.AnswerInfo
    def __init__(self, events: _Optional[_Iterable[_Union[_block_pb2.Event, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ...) -> None: ...

class GetUserRequest(_message.Message):
    __slots__ = ("user_id", "page_size", "page_token")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    page_size: int
    page_token: str
    def __init__(self, user_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetUserResponse(_message.Message):
    __slots__ = ("user_id", "known_ids", "traits", "first_seen", "last_seen", "events", "sessions", "timeline", "next_page_token", "info")
    class TraitsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    KNOWN_IDS_FIELD_NUMBER: _ClassVar[int]
    TRAITS_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    known_ids: _containers.RepeatedScalarFieldContainer[str]
    traits: _containers.ScalarMap[str, str]
    first_seen: _timestamp_pb2.Timestamp
    last_seen: _timestamp_pb2.Timestamp
    events: int
    sessions: int
    timeline: _containers.RepeatedCompositeFieldContainer[_block_pb2.Event]
    next_page_token: str
    info: _question_pb2.AnswerInfo
    def __init__(self, user_id: _Optional[str] = ..., known_ids: _Optional[_Iterable[str]] = ..., traits: _Optional[_Mapping[str, str]] = ..., first_seen: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., events: _Optional[int] = ..., sessions: _Optional[int] = ..., timeline: _Optional[_Iterable[_Union[_block_pb2.Event, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ...) -> None: ...

class ExplainEventRequest(_message.Message):
    __slots__ = ("event_id",)
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    def __init__(self, event_id: _Optional[str] = ...) -> None: ...

class ExplainEventResponse(_message.Message):
    __slots__ = ("outcome", "stages", "stored", "quarantined", "fault", "past_fault")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    STORED_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    PAST_FAULT_FIELD_NUMBER: _ClassVar[int]
    outcome: _verdict_pb2.Outcome
    stages: _containers.RepeatedCompositeFieldContainer[Stage]
    stored: _block_pb2.Event
    quarantined: _event_pb2.Event
    fault: _verdict_pb2.EventFault
    past_fault: _verdict_pb2.EventFault
    def __init__(self, outcome: _Optional[_Union[_verdict_pb2.Outcome, str]] = ..., stages: _Optional[_Iterable[_Union[Stage, _Mapping]]] = ..., stored: _Optional[_Union[_block_pb2.Event, _Mapping]] = ..., quarantined: _Optional[_Union[_event_pb2.Event, _Mapping]] = ..., fault: _Optional[_Union[_verdict_pb2.EventFault, _Mapping]] = ..., past_fault: _Optional[_Union[_verdict_pb2.EventFault, _Mapping]] = ...) -> None: ...

class Stage(_message.Message):
    __slots__ = ("name", "reached", "time", "facts")
    class FactsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    REACHED_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    name: str
    reached: bool
    time: _timestamp_pb2.Timestamp
    facts: _containers.ScalarMap[str, str]
    def __init__(self, name: _Optional[str] = ..., reached: bool = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., facts: _Optional[_Mapping[str, str]] = ...) -> None: ...

class SubscribeRequest(_message.Message):
    __slots__ = ("history_minutes", "verdicts", "services")
    HISTORY_MINUTES_FIELD_NUMBER: _ClassVar[int]
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    SERVICES_FIELD_NUMBER: _ClassVar[int]
    history_minutes: int
    verdicts: bool
    services: bool
    def __init__(self, history_minutes: _Optional[int] = ..., verdicts: bool = ..., services: bool = ...) -> None: ...

class SubscribeResponse(_message.Message):
    __slots__ = ("time", "is_snapshot", "minutes", "events_per_second", "types", "countries", "devices", "verdicts", "outcomes", "services", "watermark", "events_last_hour", "complete_from")
    class OutcomesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: int
        value: int
        def __init__(self, key: _Optional[int] = ..., value: _Optional[int] = ...) -> None: ...
    TIME_FIELD_NUMBER: _ClassVar[int]
    IS_SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    EVENTS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    COUNTRIES_FIELD_NUMBER: _ClassVar[int]
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    SERVICES_FIELD_NUMBER: _ClassVar[int]
    WATERMARK_FIELD_NUMBER: _ClassVar[int]
    EVENTS_LAST_HOUR_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FROM_FIELD_NUMBER: _ClassVar[int]
    time: _timestamp_pb2.Timestamp
    is_snapshot: bool
    minutes: _containers.RepeatedCompositeFieldContainer[MinuteCount]
    events_per_second: float
    types: _containers.RepeatedCompositeFieldContainer[NamedCount]
    countries: _containers.RepeatedCompositeFieldContainer[NamedCount]
    devices: _containers.RepeatedCompositeFieldContainer[NamedCount]
    verdicts: _containers.RepeatedCompositeFieldContainer[_live_pb2.LiveVerdict]
    outcomes: _containers.ScalarMap[int, int]
    services: _containers.RepeatedCompositeFieldContainer[_live_pb2.ServiceStatus]
    watermark: _timestamp_pb2.Timestamp
    events_last_hour: int
    complete_from: _timestamp_pb2.Timestamp
    def __init__(self, time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_snapshot: bool = ..., minutes: _Optional[_Iterable[_Union[MinuteCount, _Mapping]]] = ..., events_per_second: _Optional[float] = ..., types: _Optional[_Iterable[_Union[NamedCount, _Mapping]]] = ..., countries: _Optional[_Iterable[_Union[NamedCount, _Mapping]]] = ..., devices: _Optional[_Iterable[_Union[NamedCount, _Mapping]]] = ..., verdicts: _Optional[_Iterable[_Union[_live_pb2.LiveVerdict, _Mapping]]] = ..., outcomes: _Optional[_Mapping[int, int]] = ..., services: _Optional[_Iterable[_Union[_live_pb2.ServiceStatus, _Mapping]]] = ..., watermark: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., events_last_hour: _Optional[int] = ..., complete_from: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MinuteCount(_message.Message):
    __slots__ = ("minute", "events")
    MINUTE_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    minute: _timestamp_pb2.Timestamp
    events: int
    def __init__(self, minute: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., events: _Optional[int] = ...) -> None: ...

class NamedCount(_message.Message):
    __slots__ = ("name", "events")
    NAME_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    name: str
    events: int
    def __init__(self, name: _Optional[str] = ..., events: _Optional[int] = ...) -> None: ...
