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

class ExperimentMeasure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPERIMENT_MEASURE_UNSPECIFIED: _ClassVar[ExperimentMeasure]
    EXPERIMENT_MEASURE_CONVERSION: _ClassVar[ExperimentMeasure]
    EXPERIMENT_MEASURE_COUNT: _ClassVar[ExperimentMeasure]
    EXPERIMENT_MEASURE_SUM: _ClassVar[ExperimentMeasure]
EXPERIMENT_MEASURE_UNSPECIFIED: ExperimentMeasure
EXPERIMENT_MEASURE_CONVERSION: ExperimentMeasure
EXPERIMENT_MEASURE_COUNT: ExperimentMeasure
EXPERIMENT_MEASURE_SUM: ExperimentMeasure

class QueryExperimentRequest(_message.Message):
    __slots__ = ("frame", "exposure", "variant", "control", "metrics", "shares", "confidence", "window")
    class SharesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    FRAME_FIELD_NUMBER: _ClassVar[int]
    EXPOSURE_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    CONTROL_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    frame: _analysis_pb2.Frame
    exposure: _analysis_pb2.EventSelector
    variant: _question_pb2.Property
    control: str
    metrics: _containers.RepeatedCompositeFieldContainer[ExperimentMetric]
    shares: _containers.ScalarMap[str, float]
    confidence: float
    window: _duration_pb2.Duration
    def __init__(self, frame: _Optional[_Union[_analysis_pb2.Frame, _Mapping]] = ..., exposure: _Optional[_Union[_analysis_pb2.EventSelector, _Mapping]] = ..., variant: _Optional[_Union[_question_pb2.Property, _Mapping]] = ..., control: _Optional[str] = ..., metrics: _Optional[_Iterable[_Union[ExperimentMetric, _Mapping]]] = ..., shares: _Optional[_Mapping[str, float]] = ..., confidence: _Optional[float] = ..., window: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class ExperimentMetric(_message.Message):
    __slots__ = ("name", "event", "measure", "property")
    NAME_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    name: str
    event: _analysis_pb2.EventSelector
    measure: ExperimentMeasure
    property: _question_pb2.Property
    def __init__(self, name: _Optional[str] = ..., event: _Optional[_Union[_analysis_pb2.EventSelector, _Mapping]] = ..., measure: _Optional[_Union[ExperimentMeasure, str]] = ..., property: _Optional[_Union[_question_pb2.Property, _Mapping]] = ...) -> None: ...

class QueryExperimentResponse(_message.Message):
    __slots__ = ("variants", "users_in_several", "sample_ratio", "results", "info")
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    USERS_IN_SEVERAL_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATIO_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    variants: _containers.RepeatedCompositeFieldContainer[ExperimentVariant]
    users_in_several: int
    sample_ratio: SampleRatio
    results: _containers.RepeatedCompositeFieldContainer[ExperimentResult]
    info: _question_pb2.AnswerInfo
    def __init__(self, variants: _Optional[_Iterable[_Union[ExperimentVariant, _Mapping]]] = ..., users_in_several: _Optional[int] = ..., sample_ratio: _Optional[_Union[SampleRatio, _Mapping]] = ..., results: _Optional[_Iterable[_Union[ExperimentResult, _Mapping]]] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ...) -> None: ...

class ExperimentVariant(_message.Message):
    __slots__ = ("name", "users", "first_exposure")
    NAME_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    FIRST_EXPOSURE_FIELD_NUMBER: _ClassVar[int]
    name: str
    users: int
    first_exposure: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., users: _Optional[int] = ..., first_exposure: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SampleRatio(_message.Message):
    __slots__ = ("chi_square", "degrees_of_freedom", "p_value", "is_mismatch")
    CHI_SQUARE_FIELD_NUMBER: _ClassVar[int]
    DEGREES_OF_FREEDOM_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    IS_MISMATCH_FIELD_NUMBER: _ClassVar[int]
    chi_square: float
    degrees_of_freedom: int
    p_value: float
    is_mismatch: bool
    def __init__(self, chi_square: _Optional[float] = ..., degrees_of_freedom: _Optional[int] = ..., p_value: _Optional[float] = ..., is_mismatch: bool = ...) -> None: ...

class ExperimentResult(_message.Message):
    __slots__ = ("metric", "variants")
    METRIC_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    metric: str
    variants: _containers.RepeatedCompositeFieldContainer[VariantResult]
    def __init__(self, metric: _Optional[str] = ..., variants: _Optional[_Iterable[_Union[VariantResult, _Mapping]]] = ...) -> None: ...

class VariantResult(_message.Message):
    __slots__ = ("variant", "users", "converted", "total", "mean", "variance", "comparison")
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    VARIANCE_FIELD_NUMBER: _ClassVar[int]
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    variant: str
    users: int
    converted: int
    total: float
    mean: float
    variance: float
    comparison: Comparison
    def __init__(self, variant: _Optional[str] = ..., users: _Optional[int] = ..., converted: _Optional[int] = ..., total: _Optional[float] = ..., mean: _Optional[float] = ..., variance: _Optional[float] = ..., comparison: _Optional[_Union[Comparison, _Mapping]] = ...) -> None: ...

class Comparison(_message.Message):
    __slots__ = ("difference", "difference_low", "difference_high", "lift", "has_lift", "statistic", "degrees_of_freedom", "p_value", "sequential_p_value", "sequential_low", "sequential_high")
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_LOW_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_HIGH_FIELD_NUMBER: _ClassVar[int]
    LIFT_FIELD_NUMBER: _ClassVar[int]
    HAS_LIFT_FIELD_NUMBER: _ClassVar[int]
    STATISTIC_FIELD_NUMBER: _ClassVar[int]
    DEGREES_OF_FREEDOM_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    SEQUENTIAL_P_VALUE_FIELD_NUMBER: _ClassVar[int]
    SEQUENTIAL_LOW_FIELD_NUMBER: _ClassVar[int]
    SEQUENTIAL_HIGH_FIELD_NUMBER: _ClassVar[int]
    difference: float
    difference_low: float
    difference_high: float
    lift: float
    has_lift: bool
    statistic: float
    degrees_of_freedom: float
    p_value: float
    sequential_p_value: float
    sequential_low: float
    sequential_high: float
    def __init__(self, difference: _Optional[float] = ..., difference_low: _Optional[float] = ..., difference_high: _Optional[float] = ..., lift: _Optional[float] = ..., has_lift: bool = ..., statistic: _Optional[float] = ..., degrees_of_freedom: _Optional[float] = ..., p_value: _Optional[float] = ..., sequential_p_value: _Optional[float] = ..., sequential_low: _Optional[float] = ..., sequential_high: _Optional[float] = ...) -> None: ...
