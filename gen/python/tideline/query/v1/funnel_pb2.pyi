import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import duration_pb2 as _duration_pb2
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

class FunnelFirstTime(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FUNNEL_FIRST_TIME_UNSPECIFIED: _ClassVar[FunnelFirstTime]
    FUNNEL_FIRST_TIME_OF_TYPE: _ClassVar[FunnelFirstTime]
    FUNNEL_FIRST_TIME_OF_MATCHING: _ClassVar[FunnelFirstTime]

class FunnelOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FUNNEL_ORDER_UNSPECIFIED: _ClassVar[FunnelOrder]
    FUNNEL_ORDER_ORDERED: _ClassVar[FunnelOrder]
    FUNNEL_ORDER_STRICT: _ClassVar[FunnelOrder]
    FUNNEL_ORDER_UNORDERED: _ClassVar[FunnelOrder]

class FunnelRangeCut(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FUNNEL_RANGE_CUT_UNSPECIFIED: _ClassVar[FunnelRangeCut]
    FUNNEL_RANGE_CUT_ENTRY: _ClassVar[FunnelRangeCut]
    FUNNEL_RANGE_CUT_EVERY_STEP: _ClassVar[FunnelRangeCut]

class FunnelExclusionEffect(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FUNNEL_EXCLUSION_EFFECT_UNSPECIFIED: _ClassVar[FunnelExclusionEffect]
    FUNNEL_EXCLUSION_EFFECT_DROP_AT_STEP: _ClassVar[FunnelExclusionEffect]
    FUNNEL_EXCLUSION_EFFECT_DROP_USER: _ClassVar[FunnelExclusionEffect]

class FunnelUniverse(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FUNNEL_UNIVERSE_UNSPECIFIED: _ClassVar[FunnelUniverse]
    FUNNEL_UNIVERSE_ALL_EVENTS: _ClassVar[FunnelUniverse]
    FUNNEL_UNIVERSE_FUNNEL_EVENTS: _ClassVar[FunnelUniverse]

class FunnelEntry(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FUNNEL_ENTRY_UNSPECIFIED: _ClassVar[FunnelEntry]
    FUNNEL_ENTRY_BEST: _ClassVar[FunnelEntry]

class FunnelAttribution(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FUNNEL_ATTRIBUTION_UNSPECIFIED: _ClassVar[FunnelAttribution]
    FUNNEL_ATTRIBUTION_FIRST_TOUCH: _ClassVar[FunnelAttribution]
    FUNNEL_ATTRIBUTION_LAST_TOUCH: _ClassVar[FunnelAttribution]
    FUNNEL_ATTRIBUTION_STEP: _ClassVar[FunnelAttribution]
    FUNNEL_ATTRIBUTION_ALL_STEPS: _ClassVar[FunnelAttribution]
FUNNEL_FIRST_TIME_UNSPECIFIED: FunnelFirstTime
FUNNEL_FIRST_TIME_OF_TYPE: FunnelFirstTime
FUNNEL_FIRST_TIME_OF_MATCHING: FunnelFirstTime
FUNNEL_ORDER_UNSPECIFIED: FunnelOrder
FUNNEL_ORDER_ORDERED: FunnelOrder
FUNNEL_ORDER_STRICT: FunnelOrder
FUNNEL_ORDER_UNORDERED: FunnelOrder
FUNNEL_RANGE_CUT_UNSPECIFIED: FunnelRangeCut
FUNNEL_RANGE_CUT_ENTRY: FunnelRangeCut
FUNNEL_RANGE_CUT_EVERY_STEP: FunnelRangeCut
FUNNEL_EXCLUSION_EFFECT_UNSPECIFIED: FunnelExclusionEffect
FUNNEL_EXCLUSION_EFFECT_DROP_AT_STEP: FunnelExclusionEffect
FUNNEL_EXCLUSION_EFFECT_DROP_USER: FunnelExclusionEffect
FUNNEL_UNIVERSE_UNSPECIFIED: FunnelUniverse
FUNNEL_UNIVERSE_ALL_EVENTS: FunnelUniverse
FUNNEL_UNIVERSE_FUNNEL_EVENTS: FunnelUniverse
FUNNEL_ENTRY_UNSPECIFIED: FunnelEntry
FUNNEL_ENTRY_BEST: FunnelEntry
FUNNEL_ATTRIBUTION_UNSPECIFIED: FunnelAttribution
FUNNEL_ATTRIBUTION_FIRST_TOUCH: FunnelAttribution
FUNNEL_ATTRIBUTION_LAST_TOUCH: FunnelAttribution
FUNNEL_ATTRIBUTION_STEP: FunnelAttribution
FUNNEL_ATTRIBUTION_ALL_STEPS: FunnelAttribution

class Funnel(_message.Message):
    __slots__ = ("steps", "order", "window", "exclusions", "range_cut", "exclusion_effect", "universe", "simultaneity", "entry")
    STEPS_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    EXCLUSIONS_FIELD_NUMBER: _ClassVar[int]
    RANGE_CUT_FIELD_NUMBER: _ClassVar[int]
    EXCLUSION_EFFECT_FIELD_NUMBER: _ClassVar[int]
    UNIVERSE_FIELD_NUMBER: _ClassVar[int]
    SIMULTANEITY_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    steps: _containers.RepeatedCompositeFieldContainer[FunnelStep]
    order: FunnelOrder
    window: _duration_pb2.Duration
    exclusions: _containers.RepeatedCompositeFieldContainer[FunnelExclusion]
    range_cut: FunnelRangeCut
    exclusion_effect: FunnelExclusionEffect
    universe: FunnelUniverse
    simultaneity: _duration_pb2.Duration
    entry: FunnelEntry
    def __init__(self, steps: _Optional[_Iterable[_Union[FunnelStep, _Mapping]]] = ..., order: _Optional[_Union[FunnelOrder, str]] = ..., window: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., exclusions: _Optional[_Iterable[_Union[FunnelExclusion, _Mapping]]] = ..., range_cut: _Optional[_Union[FunnelRangeCut, str]] = ..., exclusion_effect: _Optional[_Union[FunnelExclusionEffect, str]] = ..., universe: _Optional[_Union[FunnelUniverse, str]] = ..., simultaneity: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., entry: _Optional[_Union[FunnelEntry, str]] = ...) -> None: ...

class FunnelStep(_message.Message):
    __slots__ = ("event", "first_time")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    FIRST_TIME_FIELD_NUMBER: _ClassVar[int]
    event: _analysis_pb2.EventSelector
    first_time: FunnelFirstTime
    def __init__(self, event: _Optional[_Union[_analysis_pb2.EventSelector, _Mapping]] = ..., first_time: _Optional[_Union[FunnelFirstTime, str]] = ...) -> None: ...

class FunnelExclusion(_message.Message):
    __slots__ = ("event", "from_step", "to_step")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    FROM_STEP_FIELD_NUMBER: _ClassVar[int]
    TO_STEP_FIELD_NUMBER: _ClassVar[int]
    event: _analysis_pb2.EventSelector
    from_step: int
    to_step: int
    def __init__(self, event: _Optional[_Union[_analysis_pb2.EventSelector, _Mapping]] = ..., from_step: _Optional[int] = ..., to_step: _Optional[int] = ...) -> None: ...

class FunnelBreakdown(_message.Message):
    __slots__ = ("properties", "attribution", "step", "limit")
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    properties: _containers.RepeatedCompositeFieldContainer[_question_pb2.Property]
    attribution: FunnelAttribution
    step: int
    limit: int
    def __init__(self, properties: _Optional[_Iterable[_Union[_question_pb2.Property, _Mapping]]] = ..., attribution: _Optional[_Union[FunnelAttribution, str]] = ..., step: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class FunnelTimeToConvert(_message.Message):
    __slots__ = ("from_step", "to_step", "bins")
    FROM_STEP_FIELD_NUMBER: _ClassVar[int]
    TO_STEP_FIELD_NUMBER: _ClassVar[int]
    BINS_FIELD_NUMBER: _ClassVar[int]
    from_step: int
    to_step: int
    bins: int
    def __init__(self, from_step: _Optional[int] = ..., to_step: _Optional[int] = ..., bins: _Optional[int] = ...) -> None: ...

class FunnelOverTime(_message.Message):
    __slots__ = ("interval", "from_step", "to_step")
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    FROM_STEP_FIELD_NUMBER: _ClassVar[int]
    TO_STEP_FIELD_NUMBER: _ClassVar[int]
    interval: _question_pb2.Interval
    from_step: int
    to_step: int
    def __init__(self, interval: _Optional[_Union[_question_pb2.Interval, str]] = ..., from_step: _Optional[int] = ..., to_step: _Optional[int] = ...) -> None: ...

class QueryFunnelRequest(_message.Message):
    __slots__ = ("frame", "funnel", "breakdown", "over_time", "time_to_convert")
    FRAME_FIELD_NUMBER: _ClassVar[int]
    FUNNEL_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    OVER_TIME_FIELD_NUMBER: _ClassVar[int]
    TIME_TO_CONVERT_FIELD_NUMBER: _ClassVar[int]
    frame: _analysis_pb2.Frame
    funnel: Funnel
    breakdown: FunnelBreakdown
    over_time: FunnelOverTime
    time_to_convert: FunnelTimeToConvert
    def __init__(self, frame: _Optional[_Union[_analysis_pb2.Frame, _Mapping]] = ..., funnel: _Optional[_Union[Funnel, _Mapping]] = ..., breakdown: _Optional[_Union[FunnelBreakdown, _Mapping]] = ..., over_time: _Optional[_Union[FunnelOverTime, _Mapping]] = ..., time_to_convert: _Optional[_Union[FunnelTimeToConvert, _Mapping]] = ...) -> None: ...

class QueryFunnelResponse(_message.Message):
    __slots__ = ("rows", "other_values", "buckets", "open_buckets", "info")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    OTHER_VALUES_FIELD_NUMBER: _ClassVar[int]
    BUCKETS_FIELD_NUMBER: _ClassVar[int]
    OPEN_BUCKETS_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[FunnelRow]
    other_values: int
    buckets: _containers.RepeatedCompositeFieldContainer[_timestamp_pb2.Timestamp]
    open_buckets: _containers.RepeatedScalarFieldContainer[int]
    info: _question_pb2.AnswerInfo
    def __init__(self, rows: _Optional[_Iterable[_Union[FunnelRow, _Mapping]]] = ..., other_values: _Optional[int] = ..., buckets: _Optional[_Iterable[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]]] = ..., open_buckets: _Optional[_Iterable[int]] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ...) -> None: ...

class FunnelRow(_message.Message):
    __slots__ = ("breakdown", "is_other", "steps", "pending", "over_time", "time_to_convert")
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    IS_OTHER_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    OVER_TIME_FIELD_NUMBER: _ClassVar[int]
    TIME_TO_CONVERT_FIELD_NUMBER: _ClassVar[int]
    breakdown: _containers.RepeatedCompositeFieldContainer[_question_pb2.BreakdownValue]
    is_other: bool
    steps: _containers.RepeatedCompositeFieldContainer[FunnelStepResult]
    pending: int
    over_time: _containers.RepeatedCompositeFieldContainer[FunnelBucket]
    time_to_convert: FunnelConversionTimes
    def __init__(self, breakdown: _Optional[_Iterable[_Union[_question_pb2.BreakdownValue, _Mapping]]] = ..., is_other: bool = ..., steps: _Optional[_Iterable[_Union[FunnelStepResult, _Mapping]]] = ..., pending: _Optional[int] = ..., over_time: _Optional[_Iterable[_Union[FunnelBucket, _Mapping]]] = ..., time_to_convert: _Optional[_Union[FunnelConversionTimes, _Mapping]] = ...) -> None: ...

class FunnelStepResult(_message.Message):
    __slots__ = ("users", "share", "average_seconds", "median_seconds")
    USERS_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_SECONDS_FIELD_NUMBER: _ClassVar[int]
    users: int
    share: float
    average_seconds: float
    median_seconds: float
    def __init__(self, users: _Optional[int] = ..., share: _Optional[float] = ..., average_seconds: _Optional[float] = ..., median_seconds: _Optional[float] = ...) -> None: ...

class FunnelBucket(_message.Message):
    __slots__ = ("entered", "converted", "conversion_percent")
    ENTERED_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_FIELD_NUMBER: _ClassVar[int]
    CONVERSION_PERCENT_FIELD_NUMBER: _ClassVar[int]
    entered: int
    converted: int
    conversion_percent: float
    def __init__(self, entered: _Optional[int] = ..., converted: _Optional[int] = ..., conversion_percent: _Optional[float] = ...) -> None: ...

class FunnelConversionTimes(_message.Message):
    __slots__ = ("average_seconds", "bins")
    AVERAGE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    BINS_FIELD_NUMBER: _ClassVar[int]
    average_seconds: float
    bins: _containers.RepeatedCompositeFieldContainer[FunnelTimeBin]
    def __init__(self, average_seconds: _Optional[float] = ..., bins: _Optional[_Iterable[_Union[FunnelTimeBin, _Mapping]]] = ...) -> None: ...

class FunnelTimeBin(_message.Message):
    __slots__ = ("from_seconds", "users")
    FROM_SECONDS_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    from_seconds: float
    users: int
    def __init__(self, from_seconds: _Optional[float] = ..., users: _Optional[int] = ...) -> None: ...

class ListFunnelUsersRequest(_message.Message):
    __slots__ = ("frame", "funnel", "breakdown", "values", "step", "lost", "page_size", "page_token")
    FRAME_FIELD_NUMBER: _ClassVar[int]
    FUNNEL_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    LOST_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    frame: _analysis_pb2.Frame
    funnel: Funnel
    breakdown: FunnelBreakdown
    values: _containers.RepeatedCompositeFieldContainer[_question_pb2.BreakdownValue]
    step: int
    lost: bool
    page_size: int
    page_token: str
    def __init__(self, frame: _Optional[_Union[_analysis_pb2.Frame, _Mapping]] = ..., funnel: _Optional[_Union[Funnel, _Mapping]] = ..., breakdown: _Optional[_Union[FunnelBreakdown, _Mapping]] = ..., values: _Optional[_Iterable[_Union[_question_pb2.BreakdownValue, _Mapping]]] = ..., step: _Optional[int] = ..., lost: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListFunnelUsersResponse(_message.Message):
    __slots__ = ("users", "next_page_token", "info")
    USERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    users: _containers.RepeatedCompositeFieldContainer[FunnelUser]
    next_page_token: str
    info: _question_pb2.AnswerInfo
    def __init__(self, users: _Optional[_Iterable[_Union[FunnelUser, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ...) -> None: ...

class FunnelUser(_message.Message):
    __slots__ = ("user_id", "breakdown", "step_times")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    BREAKDOWN_FIELD_NUMBER: _ClassVar[int]
    STEP_TIMES_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    breakdown: _containers.RepeatedCompositeFieldContainer[_question_pb2.BreakdownValue]
    step_times: _containers.RepeatedCompositeFieldContainer[_timestamp_pb2.Timestamp]
    def __init__(self, user_id: _Optional[str] = ..., breakdown: _Optional[_Iterable[_Union[_question_pb2.BreakdownValue, _Mapping]]] = ..., step_times: _Optional[_Iterable[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]]] = ...) -> None: ...
