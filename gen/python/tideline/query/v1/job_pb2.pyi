import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tideline.fault.v1 import fault_pb2 as _fault_pb2
from tideline.query.v1 import experiment_pb2 as _experiment_pb2
from tideline.query.v1 import funnel_pb2 as _funnel_pb2
from tideline.query.v1 import lifecycle_pb2 as _lifecycle_pb2
from tideline.query.v1 import metric_pb2 as _metric_pb2
from tideline.query.v1 import paths_pb2 as _paths_pb2
from tideline.query.v1 import query_service_pb2 as _query_service_pb2
from tideline.query.v1 import retention_pb2 as _retention_pb2
from tideline.query.v1 import sessions_pb2 as _sessions_pb2
from tideline.query.v1 import sql_pb2 as _sql_pb2
from tideline.query.v1 import stickiness_pb2 as _stickiness_pb2
from tideline.query.v1 import trend_pb2 as _trend_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class JobState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JOB_STATE_UNSPECIFIED: _ClassVar[JobState]
    JOB_STATE_QUEUED: _ClassVar[JobState]
    JOB_STATE_RUNNING: _ClassVar[JobState]
    JOB_STATE_DONE: _ClassVar[JobState]
    JOB_STATE_FAILED: _ClassVar[JobState]
    JOB_STATE_CANCELLED: _ClassVar[JobState]
JOB_STATE_UNSPECIFIED: JobState
JOB_STATE_QUEUED: JobState
JOB_STATE_RUNNING: JobState
JOB_STATE_DONE: JobState
JOB_STATE_FAILED: JobState
JOB_STATE_CANCELLED: JobState

class JobQuestion(_message.Message):
    __slots__ = ("metrics", "trend", "metric", "funnel", "retention", "lifecycle", "stickiness", "paths", "sessions", "experiment", "sql")
    METRICS_FIELD_NUMBER: _ClassVar[int]
    TREND_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    FUNNEL_FIELD_NUMBER: _ClassVar[int]
    RETENTION_FIELD_NUMBER: _ClassVar[int]
    LIFECYCLE_FIELD_NUMBER: _ClassVar[int]
    STICKINESS_FIELD_NUMBER: _ClassVar[int]
    PATHS_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    SQL_FIELD_NUMBER: _ClassVar[int]
    metrics: _query_service_pb2.QueryMetricsRequest
    trend: _trend_pb2.QueryTrendRequest
    metric: _metric_pb2.QueryMetricRequest
    funnel: _funnel_pb2.QueryFunnelRequest
    retention: _retention_pb2.QueryRetentionRequest
    lifecycle: _lifecycle_pb2.QueryLifecycleRequest
    stickiness: _stickiness_pb2.QueryStickinessRequest
    paths: _paths_pb2.QueryPathsRequest
    sessions: _sessions_pb2.QuerySessionsRequest
    experiment: _experiment_pb2.QueryExperimentRequest
    sql: _sql_pb2.SqlRequest
    def __init__(self, metrics: _Optional[_Union[_query_service_pb2.QueryMetricsRequest, _Mapping]] = ..., trend: _Optional[_Union[_trend_pb2.QueryTrendRequest, _Mapping]] = ..., metric: _Optional[_Union[_metric_pb2.QueryMetricRequest, _Mapping]] = ..., funnel: _Optional[_Union[_funnel_pb2.QueryFunnelRequest, _Mapping]] = ..., retention: _Optional[_Union[_retention_pb2.QueryRetentionRequest, _Mapping]] = ..., lifecycle: _Optional[_Union[_lifecycle_pb2.QueryLifecycleRequest, _Mapping]] = ..., stickiness: _Optional[_Union[_stickiness_pb2.QueryStickinessRequest, _Mapping]] = ..., paths: _Optional[_Union[_paths_pb2.QueryPathsRequest, _Mapping]] = ..., sessions: _Optional[_Union[_sessions_pb2.QuerySessionsRequest, _Mapping]] = ..., experiment: _Optional[_Union[_experiment_pb2.QueryExperimentRequest, _Mapping]] = ..., sql: _Optional[_Union[_sql_pb2.SqlRequest, _Mapping]] = ...) -> None: ...

class JobAnswer(_message.Message):
    __slots__ = ("metrics", "trend", "metric", "funnel", "retention", "lifecycle", "stickiness", "paths", "sessions", "experiment", "sql")
    METRICS_FIELD_NUMBER: _ClassVar[int]
    TREND_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    FUNNEL_FIELD_NUMBER: _ClassVar[int]
    RETENTION_FIELD_NUMBER: _ClassVar[int]
    LIFECYCLE_FIELD_NUMBER: _ClassVar[int]
    STICKINESS_FIELD_NUMBER: _ClassVar[int]
    PATHS_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    SQL_FIELD_NUMBER: _ClassVar[int]
    metrics: _query_service_pb2.QueryMetricsResponse
    trend: _trend_pb2.QueryTrendResponse
    metric: _metric_pb2.QueryMetricResponse
    funnel: _funnel_pb2.QueryFunnelResponse
    retention: _retention_pb2.QueryRetentionResponse
    lifecycle: _lifecycle_pb2.QueryLifecycleResponse
    stickiness: _stickiness_pb2.QueryStickinessResponse
    paths: _paths_pb2.QueryPathsResponse
    sessions: _sessions_pb2.QuerySessionsResponse
    experiment: _experiment_pb2.QueryExperimentResponse
    sql: _sql_pb2.SqlResponse
    def __init__(self, metrics: _Optional[_Union[_query_service_pb2.QueryMetricsResponse, _Mapping]] = ..., trend: _Optional[_Union[_trend_pb2.QueryTrendResponse, _Mapping]] = ..., metric: _Optional[_Union[_metric_pb2.QueryMetricResponse, _Mapping]] = ..., funnel: _Optional[_Union[_funnel_pb2.QueryFunnelResponse, _Mapping]] = ..., retention: _Optional[_Union[_retention_pb2.QueryRetentionResponse, _Mapping]] = ..., lifecycle: _Optional[_Union[_lifecycle_pb2.QueryLifecycleResponse, _Mapping]] = ..., stickiness: _Optional[_Union[_stickiness_pb2.QueryStickinessResponse, _Mapping]] = ..., paths: _Optional[_Union[_paths_pb2.QueryPathsResponse, _Mapping]] = ..., sessions: _Optional[_Union[_sessions_pb2.QuerySessionsResponse, _Mapping]] = ..., experiment: _Optional[_Union[_experiment_pb2.QueryExperimentResponse, _Mapping]] = ..., sql: _Optional[_Union[_sql_pb2.SqlResponse, _Mapping]] = ...) -> None: ...

class Job(_message.Message):
    __slots__ = ("job_id", "state", "question", "create_time", "run_time", "end_time", "expire_time", "progress", "failure", "attempts", "idempotency_key")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    RUN_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    state: JobState
    question: JobQuestion
    create_time: _timestamp_pb2.Timestamp
    run_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    progress: JobProgress
    failure: JobFailure
    attempts: int
    idempotency_key: str
    def __init__(self, job_id: _Optional[str] = ..., state: _Optional[_Union[JobState, str]] = ..., question: _Optional[_Union[JobQuestion, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., run_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., progress: _Optional[_Union[JobProgress, _Mapping]] = ..., failure: _Optional[_Union[JobFailure, _Mapping]] = ..., attempts: _Optional[int] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class JobProgress(_message.Message):
    __slots__ = ("rows_read", "rows_total")
    ROWS_READ_FIELD_NUMBER: _ClassVar[int]
    ROWS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    rows_read: int
    rows_total: int
    def __init__(self, rows_read: _Optional[int] = ..., rows_total: _Optional[int] = ...) -> None: ...

class JobFailure(_message.Message):
    __slots__ = ("reason", "message", "facts")
    class FactsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    reason: _fault_pb2.FaultReason
    message: str
    facts: _containers.ScalarMap[str, str]
    def __init__(self, reason: _Optional[_Union[_fault_pb2.FaultReason, str]] = ..., message: _Optional[str] = ..., facts: _Optional[_Mapping[str, str]] = ...) -> None: ...
