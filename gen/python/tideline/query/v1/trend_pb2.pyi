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

class TrendMath(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TREND_MATH_UNSPECIFIED: _ClassVar[TrendMath]
    TREND_MATH_COUNT: _ClassVar[TrendMath]
    TREND_MATH_UNIQUE_USERS: _ClassVar[TrendMath]
    TREND_MATH_SUM: _ClassVar[TrendMath]
    TREND_MATH_AVG: _ClassVar[TrendMath]
    TREND_MATH_MIN: _ClassVar[TrendMath]
    TREND_MATH_MAX: _ClassVar[TrendMath]
    TREND_MATH_PERCENTILE: _ClassVar[TrendMath]
    TREND_MATH_UNIQUE_VALUES: _ClassVar[TrendMath]
    TREND_MATH_WEEKLY_ACTIVE: _ClassVar[TrendMath]
    TREND_MATH_MONTHLY_ACTIVE: _ClassVar[TrendMath]
    TREND_MATH_AVG_PER_USER: _ClassVar[TrendMath]
    TREND_MATH_MIN_PER_USER: _ClassVar[TrendMath]
    TREND_MATH_MAX_PER_USER: _ClassVar[TrendMath]
    TREND_MATH_PERCENTILE_PER_USER: _ClassVar[TrendMath]

class TrendComparisonUnit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TREND_COMPARISON_UNIT_UNSPECIFIED: _ClassVar[TrendComparisonUnit]
    TREND_COMPARISON_UNIT_HOUR: _ClassVar[TrendComparisonUnit]
    TREND_COMPARISON_UNIT_DAY: _ClassVar[TrendComparisonUnit]
    TREND_COMPARISON_UNIT_WEEK: _ClassVar[TrendComparisonUnit]
    TREND_COMPARISON_UNIT_MONTH: _ClassVar[TrendComparisonUnit]
    TREND_COMPARISON_UNIT_YEAR: _ClassVar[TrendComparisonUnit]

class TrendDisplay(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TREND_DISPLAY_UNSPECIFIED: _ClassVar[TrendDisplay]
    TREND_DISPLAY_BUCKETS: _ClassVar[TrendDisplay]
    TREND_DISPLAY_CUMULATIVE: _ClassVar[TrendDisplay]
    TREND_DISPLAY_TOTAL: _ClassVar[TrendDisplay]

class TrendTotals(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TREND_TOTALS_UNSPECIFIED: _ClassVar[TrendTotals]
    TREND_TOTALS_WHOLE_RANGE: _ClassVar[TrendTotals]
    TREND_TOTALS_OF_BUCKETS: _ClassVar[TrendTotals]

class MissingOperands(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MISSING_OPERANDS_UNSPECIFIED: _ClassVar[MissingOperands]
    MISSING_OPERANDS_NO_VALUE: _ClassVar[MissingOperands]
    MISSING_OPERANDS_ZERO: _ClassVar[MissingOperands]

class BinEdges(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BIN_EDGES_UNSPECIFIED: _ClassVar[BinEdges]
    BIN_EDGES_EQUAL_WIDTH: _ClassVar[BinEdges]
    BIN_EDGES_VALUE_QUANTILES: _ClassVar[BinEdges]
TREND_MATH_UNSPECIFIED: TrendMath
TREND_MATH_COUNT: TrendMath
TREND_MATH_UNIQUE_USERS: TrendMath
TREND_MATH_SUM: TrendMath
TREND_MATH_AVG: TrendMath
TREND_MATH_MIN: TrendMath
TREND_MATH_MAX: TrendMath
TREND_MATH_PERCENTILE: TrendMath
TREND_MATH_UNIQUE_VALUES: TrendMath
TREND_MATH_WEEKLY_ACTIVE: TrendMath
TREND_MATH_MONTHLY_ACTIVE: TrendMath
TREND_MATH_AVG_PER_USER: TrendMath
TREND_MATH_MIN_PER_USER: TrendMath
TREND_MATH_MAX_PER_USER: TrendMath
TREND_MATH_PERCENTILE_PER_USER: TrendMath
TREND_COMPARISON_UNIT_UNSPECIFIED: TrendComparisonUnit
TREND_COMPARISON_UNIT_HOUR: TrendComparisonUnit
TREND_COMPARISON_UNIT_DAY: TrendComparisonUnit
TREND_COMPARISON_UNIT_WEEK: TrendComparisonUnit
TREND_COMPARISON_UNIT_MONTH: TrendComparisonUnit
TREND_COMPARISON_UNIT_YEAR: TrendComparisonUnit
TREND_DISPLAY_UNSPECIFIED: TrendDisplay
TREND_DISPLAY_BUCKETS: TrendDisplay
TREND_DISPLAY_CUMULATIVE: TrendDisplay
TREND_DISPLAY_TOTAL: TrendDisplay
TREND_TOTALS_UNSPECIFIED: TrendTotals
TREND_TOTALS_WHOLE_RANGE: TrendTotals
TREND_TOTALS_OF_BUCKETS: TrendTotals
MISSING_OPERANDS_UNSPECIFIED: MissingOperands
MISSING_OPERANDS_NO_VALUE: MissingOperands
MISSING_OPERANDS_ZERO: MissingOperands
BIN_EDGES_UNSPECIFIED: BinEdges
BIN_EDGES_EQUAL_WIDTH: BinEdges
BIN_EDGES_VALUE_QUANTILES: BinEdges

class QueryTrendRequest(_message.Message):
    __slots__ = ("frame", "series", "formulas", "interval", "breakdown", "limit", "no_other", "comparison", "display", "totals", "missing_operands", "bin_edges")
    FRAME_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    FORMULAS_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    NO_OTHER_FIELD_NUMBER: _ClassVar[int]
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_FIELD_NUMBER: _ClassVar[int]
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    MISSING_OPERANDS_FIELD_NUMBER: _ClassVar[int]
    BIN_EDGES_FIELD_NUMBER: _ClassVar[int]
    frame: _analysis_pb2.Frame
    series: _containers.RepeatedCompositeFieldContainer[TrendSeries]
    formulas: _containers.RepeatedScalarFieldContainer[str]
    interval: _question_pb2.Interval
    breakdown: _containers.RepeatedCompositeFieldContainer[TrendBreakdown]
    limit: int
    no_other: bool
    comparison: TrendComparison
    display: TrendDisplay
    totals: TrendTotals
    missing_operands: MissingOperands
    bin_edges: BinEdges
    def __init__(self, frame: _Optional[_Union[_analysis_pb2.Frame, _Mapping]] = ..., series: _Optional[_Iterable[_Union[TrendSeries, _Mapping]]] = ..., formulas: _Optional[_Iterable[str]] = ..., interval: _Optional[_Union[_question_pb2.Interval, str]] = ..., breakdown: _Optional[_Iterable[_Union[TrendBreakdown, _Mapping]]] = ..., limit: _Optional[int] = ..., no_other: bool = ..., comparison: _Optional[_Union[TrendComparison, _Mapping]] = ..., display: _Optional[_Union[TrendDisplay, str]] = ..., totals: _Optional[_Union[TrendTotals, str]] = ..., missing_operands: _Optional[_Union[MissingOperands, str]] = ..., bin_edges: _Optional[_Union[BinEdges, str]] = ...) -> None: ...

class TrendSeries(_message.Message):
    __slots__ = ("event", "math", "property", "percentile", "name")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    MATH_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    event: _analysis_pb2.EventSelector
    math: TrendMath
    property: _question_pb2.Property
    percentile: float
    name: str
    def __init__(self, event: _Optional[_Union[_analysis_pb2.EventSelector, _Mapping]] = ..., math: _Optional[_Union[TrendMath, str]] = ..., property: _Optional[_Union[_question_pb2.Property, _Mapping]] = ..., percentile: _Optional[float] = ..., name: _Optional[str] = ...) -> None: ...

class TrendBreakdown(_message.Message):
    __slots__ = ("property", "bins")
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    BINS_FIELD_NUMBER: _ClassVar[int]
    property: _question_pb2.Property
    bins: int
    def __init__(self, property: _Optional[_Union[_question_pb2.Property, _Mapping]] = ..., bins: _Optional[int] = ...) -> None: ...

class TrendComparison(_message.Message):
    __slots__ = ("count", "unit")
    COUNT_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    count: int
    unit: TrendComparisonUnit
    def __init__(self, count: _Optional[int] = ..., unit: _Optional[_Union[TrendComparisonUnit, str]] = ...) -> None: ...

class QueryTrendResponse(_message.Message):
    __slots__ = ("buckets", "lines", "other_values", "previous", "open_buckets", "info")
    BUCKETS_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    OTHER_VALUES_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    OPEN_BUCKETS_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    buckets: _containers.RepeatedCompositeFieldContainer[_timestamp_pb2.Timestamp]
    lines: _containers.RepeatedCompositeFieldContainer[TrendLine]
    other_values: int
    previous: TrendPeriod
    open_buckets: _containers.RepeatedScalarFieldContainer[int]
    info: _question_pb2.AnswerInfo
    def __init__(self, buckets: _Optional[_Iterable[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]]] = ..., lines: _Optional[_Iterable[_Union[TrendLine, _Mapping]]] = ..., other_values: _Optional[int] = ..., previous: _Optional[_Union[TrendPeriod, _Mapping]] = ..., open_buckets: _Optional[_Iterable[int]] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ...) -> None: ...

class TrendPeriod(_message.Message):
    __slots__ = ("range", "buckets", "lines")
    RANGE_FIELD_NUMBER: _ClassVar[int]
    BUCKETS_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    range: _question_pb2.TimeRange
    buckets: _containers.RepeatedCompositeFieldContainer[_timestamp_pb2.Timestamp]
    lines: _containers.RepeatedCompositeFieldContainer[TrendLine]
    def __init__(self, range: _Optional[_Union[_question_pb2.TimeRange, _Mapping]] = ..., buckets: _Optional[_Iterable[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]]] = ..., lines: _Optional[_Iterable[_Union[TrendLine, _Mapping]]] = ...) -> None: ...

class TrendLine(_message.Message):
    __slots__ = ("index", "name", "breakdown", "is_other", "values", "total")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    IS_OTHER_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    index: int
    name: str
    breakdown: _containers.RepeatedCompositeFieldContainer[_question_pb2.BreakdownValue]
    is_other: bool
    values: _containers.RepeatedCompositeFieldContainer[_question_pb2.SeriesValue]
    total: _question_pb2.SeriesValue
    def __init__(self, index: _Optional[int] = ..., name: _Optional[str] = ..., breakdown: _Optional[_Iterable[_Union[_question_pb2.BreakdownValue, _Mapping]]] = ..., is_other: bool = ..., values: _Optional[_Iterable[_Union[_question_pb2.SeriesValue, _Mapping]]] = ..., total: _Optional[_Union[_question_pb2.SeriesValue, _Mapping]] = ...) -> None: ...

class ListTrendUsersRequest(_message.Message):
    __slots__ = ("trend", "series", "bucket", "breakdown", "page_size", "page_token")
    TREND_FIELD_NUMBER: _ClassVar[int]
    SERIES_FIELD_NUMBER: _ClassVar[int]
    BUCKET_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    trend: QueryTrendRequest
    series: int
    bucket: _timestamp_pb2.Timestamp
    breakdown: _containers.RepeatedCompositeFieldContainer[_question_pb2.BreakdownValue]
    page_size: int
    page_token: str
    def __init__(self, trend: _Optional[_Union[QueryTrendRequest, _Mapping]] = ..., series: _Optional[int] = ..., bucket: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., breakdown: _Optional[_Iterable[_Union[_question_pb2.BreakdownValue, _Mapping]]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTrendUsersResponse(_message.Message):
    __slots__ = ("user_ids", "next_page_token", "info")
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    next_page_token: str
    info: _question_pb2.AnswerInfo
    def __init__(self, user_ids: _Optional[_Iterable[str]] = ..., next_page_token: _Optional[str] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ...) -> None: ...
