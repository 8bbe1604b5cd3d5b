import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tideline.query.v1 import analysis_pb2 as _analysis_pb2
from tideline.query.v1 import question_pb2 as _question_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QueryStickinessRequest(_message.Message):
    __slots__ = ("frame", "event", "interval", "interval_count", "criterion", "cumulative")
    FRAME_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_COUNT_FIELD_NUMBER: _ClassVar[int]
    CRITERION_FIELD_NUMBER: _ClassVar[int]
    CUMULATIVE_FIELD_NUMBER: _ClassVar[int]
    frame: _analysis_pb2.Frame
    event: _analysis_pb2.EventSelector
    interval: _question_pb2.Interval
    interval_count: int
    criterion: ActivityCriterion
    cumulative: bool
    def __init__(self, frame: _Optional[_Union[_analysis_pb2.Frame, _Mapping]] = ..., event: _Optional[_Union[_analysis_pb2.EventSelector, _Mapping]] = ..., interval: _Optional[_Union[_question_pb2.Interval, str]] = ..., interval_count: _Optional[int] = ..., criterion: _Optional[_Union[ActivityCriterion, _Mapping]] = ..., cumulative: bool = ...) -> None: ...

class ActivityCriterion(_message.Message):
    __slots__ = ("op", "events")
    OP_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    op: _question_pb2.FilterOp
    events: int
    def __init__(self, op: _Optional[_Union[_question_pb2.FilterOp, str]] = ..., events: _Optional[int] = ...) -> None: ...

class QueryStickinessResponse(_message.Message):
    __slots__ = ("users", "intervals", "active_users", "open_buckets", "info")
    USERS_FIELD_NUMBER: _ClassVar[int]
    INTERVALS_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_USERS_FIELD_NUMBER: _ClassVar[int]
    OPEN_BUCKETS_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    users: _containers.RepeatedScalarFieldContainer[int]
    intervals: _containers.RepeatedCompositeFieldContainer[_timestamp_pb2.Timestamp]
    active_users: int
    open_buckets: _containers.RepeatedScalarFieldContainer[int]
    info: _question_pb2.AnswerInfo
    def __init__(self, users: _Optional[_Iterable[int]] = ..., intervals: _Optional[_Iterable[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]]] = ..., active_users: _Optional[int] = ..., open_buckets: _Optional[_Iterable[int]] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ...) -> None: ...

class ListStickinessUsersRequest(_message.Message):
    __slots__ = ("stickiness", "intervals", "page_size", "page_token")
    STICKINESS_FIELD_NUMBER: _ClassVar[int]
    INTERVALS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    stickiness: QueryStickinessRequest
    intervals: int
    page_size: int
    page_token: str
    def __init__(self, stickiness: _Optional[_Union[QueryStickinessRequest, _Mapping]] = ..., intervals: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListStickinessUsersResponse(_message.Message):
    __slots__ = ("user_ids", "next_page_token", "info")
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    next_page_token: str
    info: _question_pb2.AnswerInfo
    def __init__(self, user_ids: _Optional[_Iterable[str]] = ..., next_page_token: _Optional[str] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ...) -> None: ...
