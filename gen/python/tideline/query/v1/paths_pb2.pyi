import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from tideline.query.v1 import analysis_pb2 as _analysis_pb2
from tideline.query.v1 import question_pb2 as _question_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QueryPathsRequest(_message.Message):
    __slots__ = ("frame", "items", "start_point", "end_point", "step_limit", "edge_limit", "session_gap")
    FRAME_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    START_POINT_FIELD_NUMBER: _ClassVar[int]
    END_POINT_FIELD_NUMBER: _ClassVar[int]
    STEP_LIMIT_FIELD_NUMBER: _ClassVar[int]
    EDGE_LIMIT_FIELD_NUMBER: _ClassVar[int]
    SESSION_GAP_FIELD_NUMBER: _ClassVar[int]
    frame: _analysis_pb2.Frame
    items: _containers.RepeatedCompositeFieldContainer[PathItem]
    start_point: str
    end_point: str
    step_limit: int
    edge_limit: int
    session_gap: _duration_pb2.Duration
    def __init__(self, frame: _Optional[_Union[_analysis_pb2.Frame, _Mapping]] = ..., items: _Optional[_Iterable[_Union[PathItem, _Mapping]]] = ..., start_point: _Optional[str] = ..., end_point: _Optional[str] = ..., step_limit: _Optional[int] = ..., edge_limit: _Optional[int] = ..., session_gap: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class PathItem(_message.Message):
    __slots__ = ("event", "name")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    event: _analysis_pb2.EventSelector
    name: _question_pb2.Property
    def __init__(self, event: _Optional[_Union[_analysis_pb2.EventSelector, _Mapping]] = ..., name: _Optional[_Union[_question_pb2.Property, _Mapping]] = ...) -> None: ...

class QueryPathsResponse(_message.Message):
    __slots__ = ("edges", "edge_count", "paths", "users", "info")
    EDGES_FIELD_NUMBER: _ClassVar[int]
    EDGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    PATHS_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    edges: _containers.RepeatedCompositeFieldContainer[PathEdge]
    edge_count: int
    paths: int
    users: int
    info: _question_pb2.AnswerInfo
    def __init__(self, edges: _Optional[_Iterable[_Union[PathEdge, _Mapping]]] = ..., edge_count: _Optional[int] = ..., paths: _Optional[int] = ..., users: _Optional[int] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ...) -> None: ...

class PathEdge(_message.Message):
    __slots__ = ("source", "source_step", "target", "paths", "average_seconds")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_STEP_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    PATHS_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    source: str
    source_step: int
    target: str
    paths: int
    average_seconds: float
    def __init__(self, source: _Optional[str] = ..., source_step: _Optional[int] = ..., target: _Optional[str] = ..., paths: _Optional[int] = ..., average_seconds: _Optional[float] = ...) -> None: ...
