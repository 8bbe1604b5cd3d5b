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

class Cohort(_message.Message):
    __slots__ = ("cohort_id", "name", "description", "rule", "version", "create_time", "update_time")
    COHORT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    cohort_id: str
    name: str
    description: str
    rule: CohortRule
    version: int
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, cohort_id: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., rule: _Optional[_Union[CohortRule, _Mapping]] = ..., version: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CohortRule(_message.Message):
    __slots__ = ("all", "any", "did", "trait", "users", "cohort_id")
    ALL_FIELD_NUMBER: _ClassVar[int]
    ANY_FIELD_NUMBER: _ClassVar[int]
    NOT_FIELD_NUMBER: _ClassVar[int]
    DID_FIELD_NUMBER: _ClassVar[int]
    TRAIT_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    COHORT_ID_FIELD_NUMBER: _ClassVar[int]
    all: CohortRules
    any: CohortRules
    did: CohortActivity
    trait: _question_pb2.Filter
    users: CohortUsers
    cohort_id: str
    def __init__(self, all: _Optional[_Union[CohortRules, _Mapping]] = ..., any: _Optional[_Union[CohortRules, _Mapping]] = ..., did: _Optional[_Union[CohortActivity, _Mapping]] = ..., trait: _Optional[_Union[_question_pb2.Filter, _Mapping]] = ..., users: _Optional[_Union[CohortUsers, _Mapping]] = ..., cohort_id: _Optional[str] = ..., **kwargs) -> None: ...

class CohortRules(_message.Message):
    __slots__ = ("rules",)
    RULES_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[CohortRule]
    def __init__(self, rules: _Optional[_Iterable[_Union[CohortRule, _Mapping]]] = ...) -> None: ...

class CohortActivity(_message.Message):
    __slots__ = ("event", "op", "times", "last", "range", "first")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    OP_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    event: _analysis_pb2.EventSelector
    op: _question_pb2.FilterOp
    times: int
    last: _duration_pb2.Duration
    range: _question_pb2.TimeRange
    first: bool
    def __init__(self, event: _Optional[_Union[_analysis_pb2.EventSelector, _Mapping]] = ..., op: _Optional[_Union[_question_pb2.FilterOp, str]] = ..., times: _Optional[int] = ..., last: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., range: _Optional[_Union[_question_pb2.TimeRange, _Mapping]] = ..., first: bool = ...) -> None: ...

class CohortUsers(_message.Message):
    __slots__ = ("user_ids",)
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class PutCohortRequest(_message.Message):
    __slots__ = ("cohort", "expected_version")
    COHORT_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    cohort: Cohort
    expected_version: int
    def __init__(self, cohort: _Optional[_Union[Cohort, _Mapping]] = ..., expected_version: _Optional[int] = ...) -> None: ...

class PutCohortResponse(_message.Message):
    __slots__ = ("cohort",)
    COHORT_FIELD_NUMBER: _ClassVar[int]
    cohort: Cohort
    def __init__(self, cohort: _Optional[_Union[Cohort, _Mapping]] = ...) -> None: ...

class GetCohortRequest(_message.Message):
    __slots__ = ("cohort_id",)
    COHORT_ID_FIELD_NUMBER: _ClassVar[int]
    cohort_id: str
    def __init__(self, cohort_id: _Optional[str] = ...) -> None: ...

class GetCohortResponse(_message.Message):
    __slots__ = ("cohort", "members", "info")
    COHORT_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    cohort: Cohort
    members: int
    info: _question_pb2.AnswerInfo
    def __init__(self, cohort: _Optional[_Union[Cohort, _Mapping]] = ..., members: _Optional[int] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ...) -> None: ...

class ListCohortsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCohortsResponse(_message.Message):
    __slots__ = ("cohorts", "next_page_token")
    COHORTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cohorts: _containers.RepeatedCompositeFieldContainer[Cohort]
    next_page_token: str
    def __init__(self, cohorts: _Optional[_Iterable[_Union[Cohort, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteCohortRequest(_message.Message):
    __slots__ = ("cohort_id",)
    COHORT_ID_FIELD_NUMBER: _ClassVar[int]
    cohort_id: str
    def __init__(self, cohort_id: _Optional[str] = ...) -> None: ...

class DeleteCohortResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListCohortMembersRequest(_message.Message):
    __slots__ = ("cohort_id", "page_size", "page_token")
    COHORT_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cohort_id: str
    page_size: int
    page_token: str
    def __init__(self, cohort_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCohortMembersResponse(_message.Message):
    __slots__ = ("user_ids", "next_page_token", "info")
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    next_page_token: str
    info: _question_pb2.AnswerInfo
    def __init__(self, user_ids: _Optional[_Iterable[str]] = ..., next_page_token: _Optional[str] = ..., info: _Optional[_Union[_question_pb2.AnswerInfo, _Mapping]] = ...) -> None: ...
