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

class LifecycleBirth(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIFECYCLE_BIRTH_UNSPECIFIED: _ClassVar[LifecycleBirth]
    LIFECYCLE_BIRTH_FIRST_MATCHING: _ClassVar[LifecycleBirth]
    LIFECYCLE_BIRTH_FIRST_EVER: _ClassVar[LifecycleBirth]

class LifecycleStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIFECYCLE_STATUS_UNSPECIFIED: _ClassVar[LifecycleStatus]
    LIFECYCLE_STATUS_NEW: _ClassVar[LifecycleStatus]
    LIFECYCLE_STATUS_RETURNING: _ClassVar[LifecycleStatus]
    LIFECYCLE_STATUS_RESURRECTING: _ClassVar[LifecycleStatus]
    LIFECYCLE_STATUS_DORMANT: _ClassVar[LifecycleStatus]
LIFECYCLE_BIRTH_UNSPECIFIED: LifecycleBirth
LIFECYCLE_BIRTH_FIRST_MATCHING: LifecycleBirth
LIFECYCLE_BIRTH_FIRST_EVER: LifecycleBirth
LIFECYCLE_STATUS_UNSPECIFIED: LifecycleStatus
LIFECYCLE_STATUS_NEW: LifecycleStatus
LIFECYCLE_STATUS_RETURNING: LifecycleStatus
LIFECYCLE_STATUS_RESURRECTING: LifecycleStatus
LIFECYCLE_STATUS_DORMANT: LifecycleStatus

class QueryLifecycleRequest(_message.Message):
    __slots__ = ("frame", "event", "interval", "birth")
    FRAME_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    BIRTH_FIELD_NUMBER: _ClassVar[int]
    frame: _analysis_pb2.Frame
    event: _analysis_pb2.EventSelector
    interval: _question_pb2.Interval
    birth: LifecycleBirth
    def __init__(self, frame: _Optional[_Union[_analysis_pb2.Frame, _Mapping]] = ..., event: _Optional[_Union[_analysis_pb2.EventSelector, _Mapping]] = ..., interval: _Optional[_Union[_question_pb2.Interval, str]] = ..., birth: _Optional[_Union[LifecycleBirth, str]] = ...) -> None: ...

class QueryLifecycleResponse(_message.Message):
    __slots__ = ("buckets", "new_users", "returning_users", "resurrecting_users", "dormant_users", "open_buckets", "info")
    BUCKETS_FIELD_NUMBER: _ClassVar[int]
    NEW_USERS_FIELD_NUMBER: _ClassVar[int]
    RETURNING_USERS_FIELD_NUMBER: _ClassVar[int]
    RESURRECTING_USERS_FIELD_NUMBER: _ClassVar[int]
    DORMANT_USERS_FIELD_NUMBER: _ClassVar[int]
    OPEN_BUCKETS_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    buckets: _containers.RepeatedCompositeFieldContainer[_timestamp_pb2.Timestamp]
    new_users: _containers.RepeatedScalarFieldContainer[int]
    returning_users: _containers.RepeatedScalarFieldContainer[int]
    resurrecting_users: _containers.RepeatedScalarFieldContainer[int]
    dormant_users: _containers.RepeatedScalarFieldContainer[int]
    open_buckets: _containers.RepeatedScalarFieldContainer[int]
    info: _question_pb2.AnswerInfo
    def __init__(self, buckets: _Optional[_Iterable[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]]] = ..., new_users: _Optional[_Iterable[int]] = ..., returning_users: _Optional[_Iterable[int]] = ..., resurrecting_users: _Optional[_Iterable[int]] = ..., dormant_users: _Optional[_Iterable[int]] = ..., open_buckets: _Optional[_Iterable[int]] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ...) -> None: ...

class ListLifecycleUsersRequest(_message.Message):
    __slots__ = ("lifecycle", "bucket", "status", "page_size", "page_token")
    LIFECYCLE_FIELD_NUMBER: _ClassVar[int]
    BUCKET_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    lifecycle: QueryLifecycleRequest
    bucket: _timestamp_pb2.Timestamp
    status: LifecycleStatus
    page_size: int
    page_token: str
    def __init__(self, lifecycle: _Optional[_Union[QueryLifecycleRequest, _Mapping]] = ..., bucket: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., status: _Optional[_Union[LifecycleStatus, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListLifecycleUsersResponse(_message.Message):
    __slots__ = ("user_ids", "next_page_token", "info")
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    next_page_token: str
    info: _question_pb2.AnswerInfo
    def __init__(self, user_ids: _Optional[_Iterable[str]] = ..., next_page_token: _Optional[str] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ...) -> None: ...
