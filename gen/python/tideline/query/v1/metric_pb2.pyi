import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tideline.query.v1 import analysis_pb2 as _analysis_pb2
from tideline.query.v1 import question_pb2 as _question_pb2
from tideline.query.v1 import trend_pb2 as _trend_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MetricKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    METRIC_KIND_UNSPECIFIED: _ClassVar[MetricKind]
    METRIC_KIND_COUNTER: _ClassVar[MetricKind]
    METRIC_KIND_GAUGE: _ClassVar[MetricKind]
    METRIC_KIND_RATIO: _ClassVar[MetricKind]
    METRIC_KIND_HISTOGRAM: _ClassVar[MetricKind]
    METRIC_KIND_TIMER: _ClassVar[MetricKind]

class VisitFigure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VISIT_FIGURE_UNSPECIFIED: _ClassVar[VisitFigure]
    VISIT_FIGURE_VISITS: _ClassVar[VisitFigure]
    VISIT_FIGURE_VISITORS: _ClassVar[VisitFigure]
    VISIT_FIGURE_BOUNCE_RATE: _ClassVar[VisitFigure]
    VISIT_FIGURE_EVENTS_PER_VISIT: _ClassVar[VisitFigure]
    VISIT_FIGURE_AVERAGE_DURATION_SECONDS: _ClassVar[VisitFigure]
METRIC_KIND_UNSPECIFIED: MetricKind
METRIC_KIND_COUNTER: MetricKind
METRIC_KIND_GAUGE: MetricKind
METRIC_KIND_RATIO: MetricKind
METRIC_KIND_HISTOGRAM: MetricKind
METRIC_KIND_TIMER: MetricKind
VISIT_FIGURE_UNSPECIFIED: VisitFigure
VISIT_FIGURE_VISITS: VisitFigure
VISIT_FIGURE_VISITORS: VisitFigure
VISIT_FIGURE_BOUNCE_RATE: VisitFigure
VISIT_FIGURE_EVENTS_PER_VISIT: VisitFigure
VISIT_FIGURE_AVERAGE_DURATION_SECONDS: VisitFigure

class MetricDefinition(_message.Message):
    __slots__ = ("name", "kind", "unit", "description", "trend", "visits", "filters", "dimensions", "default_dimensions")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    TREND_FIELD_NUMBER: _ClassVar[int]
    VISITS_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: MetricKind
    unit: str
    description: str
    trend: MetricTrend
    visits: MetricVisits
    filters: _containers.RepeatedCompositeFieldContainer[_question_pb2.Filter]
    dimensions: _containers.RepeatedCompositeFieldContainer[MetricDimension]
    default_dimensions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[_Union[MetricKind, str]] = ..., unit: _Optional[str] = ..., description: _Optional[str] = ..., trend: _Optional[_Union[MetricTrend, _Mapping]] = ..., visits: _Optional[_Union[MetricVisits, _Mapping]] = ..., filters: _Optional[_Iterable[_Union[_question_pb2.Filter, _Mapping]]] = ..., dimensions: _Optional[_Iterable[_Union[MetricDimension, _Mapping]]] = ..., default_dimensions: _Optional[_Iterable[str]] = ...) -> None: ...

class MetricTrend(_message.Message):
    __slots__ = ("series", "formula")
    SERIES_FIELD_NUMBER: _ClassVar[int]
    FORMULA_FIELD_NUMBER: _ClassVar[int]
    series: _containers.RepeatedCompositeFieldContainer[_trend_pb2.TrendSeries]
    formula: str
    def __init__(self, series: _Optional[_Iterable[_Union[_trend_pb2.TrendSeries, _Mapping]]] = ..., formula: _Optional[str] = ...) -> None: ...

class MetricVisits(_message.Message):
    __slots__ = ("event", "session_gap", "figure")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    SESSION_GAP_FIELD_NUMBER: _ClassVar[int]
    FIGURE_FIELD_NUMBER: _ClassVar[int]
    event: _analysis_pb2.EventSelector
    session_gap: _duration_pb2.Duration
    figure: VisitFigure
    def __init__(self, event: _Optional[_Union[_analysis_pb2.EventSelector, _Mapping]] = ..., session_gap: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., figure: _Optional[_Union[VisitFigure, str]] = ...) -> None: ...

class MetricDimension(_message.Message):
    __slots__ = ("name", "property", "bins")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    BINS_FIELD_NUMBER: _ClassVar[int]
    name: str
    property: _question_pb2.Property
    bins: int
    def __init__(self, name: _Optional[str] = ..., property: _Optional[_Union[_question_pb2.Property, _Mapping]] = ..., bins: _Optional[int] = ...) -> None: ...

class Metric(_message.Message):
    __slots__ = ("definition", "version", "create_time", "deleted")
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DELETED_FIELD_NUMBER: _ClassVar[int]
    definition: MetricDefinition
    version: int
    create_time: _timestamp_pb2.Timestamp
    deleted: bool
    def __init__(self, definition: _Optional[_Union[MetricDefinition, _Mapping]] = ..., version: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deleted: bool = ...) -> None: ...

class DefineMetricRequest(_message.Message):
    __slots__ = ("definition", "base_version")
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    BASE_VERSION_FIELD_NUMBER: _ClassVar[int]
    definition: MetricDefinition
    base_version: int
    def __init__(self, definition: _Optional[_Union[MetricDefinition, _Mapping]] = ..., base_version: _Optional[int] = ...) -> None: ...

class DefineMetricResponse(_message.Message):
    __slots__ = ("metric",)
    METRIC_FIELD_NUMBER: _ClassVar[int]
    metric: Metric
    def __init__(self, metric: _Optional[_Union[Metric, _Mapping]] = ...) -> None: ...

class GetMetricRequest(_message.Message):
    __slots__ = ("name", "version")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: int
    def __init__(self, name: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class GetMetricResponse(_message.Message):
    __slots__ = ("metric",)
    METRIC_FIELD_NUMBER: _ClassVar[int]
    metric: Metric
    def __init__(self, metric: _Optional[_Union[Metric, _Mapping]] = ...) -> None: ...

class ListMetricsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMetricsResponse(_message.Message):
    __slots__ = ("metrics", "next_page_token")
    METRICS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    metrics: _containers.RepeatedCompositeFieldContainer[Metric]
    next_page_token: str
    def __init__(self, metrics: _Optional[_Iterable[_Union[Metric, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteMetricRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class DeleteMetricResponse(_message.Message):
    __slots__ = ("metric",)
    METRIC_FIELD_NUMBER: _ClassVar[int]
    metric: Metric
    def __init__(self, metric: _Optional[_Union[Metric, _Mapping]] = ...) -> None: ...

class QueryMetricRequest(_message.Message):
    __slots__ = ("name", "version", "frame", "interval", "dimensions", "no_dimensions", "limit", "comparison", "display")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    FRAME_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    NO_DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: int
    frame: _analysis_pb2.Frame
    interval: _question_pb2.Interval
    dimensions: _containers.RepeatedScalarFieldContainer[str]
    no_dimensions: bool
    limit: int
    comparison: _trend_pb2.TrendComparison
    display: _trend_pb2.TrendDisplay
    def __init__(self, name: _Optional[str] = ..., version: _Optional[int] = ..., frame: _Optional[_Union[_analysis_pb2.Frame, _Mapping]] = ..., interval: _Optional[_Union[_question_pb2.Interval, str]] = ..., dimensions: _Optional[_Iterable[str]] = ..., no_dimensions: bool = ..., limit: _Optional[int] = ..., comparison: _Optional[_Union[_trend_pb2.TrendComparison, _Mapping]] = ..., display: _Optional[_Union[_trend_pb2.TrendDisplay, str]] = ...) -> None: ...

class QueryMetricResponse(_message.Message):
    __slots__ = ("metric", "answer")
    METRIC_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    metric: Metric
    answer: _trend_pb2.QueryTrendResponse
    def __init__(self, metric: _Optional[_Union[Metric, _Mapping]] = ..., answer: _Optional[_Union[_trend_pb2.QueryTrendResponse, _Mapping]] = ...) -> None: ...
