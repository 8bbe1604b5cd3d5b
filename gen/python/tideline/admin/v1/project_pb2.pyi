import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PersonalDataAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PERSONAL_DATA_ACTION_UNSPECIFIED: _ClassVar[PersonalDataAction]
    PERSONAL_DATA_ACTION_HASH: _ClassVar[PersonalDataAction]
    PERSONAL_DATA_ACTION_TRUNCATE: _ClassVar[PersonalDataAction]
    PERSONAL_DATA_ACTION_DROP: _ClassVar[PersonalDataAction]
    PERSONAL_DATA_ACTION_ENCRYPT: _ClassVar[PersonalDataAction]

class WeekStart(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WEEK_START_UNSPECIFIED: _ClassVar[WeekStart]
    WEEK_START_MONDAY: _ClassVar[WeekStart]
    WEEK_START_SUNDAY: _ClassVar[WeekStart]

class SchemaPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCHEMA_POLICY_UNSPECIFIED: _ClassVar[SchemaPolicy]
    SCHEMA_POLICY_OPEN: _ClassVar[SchemaPolicy]
    SCHEMA_POLICY_CLOSED: _ClassVar[SchemaPolicy]

class Scope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCOPE_UNSPECIFIED: _ClassVar[Scope]
    SCOPE_INGEST: _ClassVar[Scope]
    SCOPE_QUERY: _ClassVar[Scope]
    SCOPE_ADMIN: _ClassVar[Scope]
PERSONAL_DATA_ACTION_UNSPECIFIED: PersonalDataAction
PERSONAL_DATA_ACTION_HASH: PersonalDataAction
PERSONAL_DATA_ACTION_TRUNCATE: PersonalDataAction
PERSONAL_DATA_ACTION_DROP: PersonalDataAction
PERSONAL_DATA_ACTION_ENCRYPT: PersonalDataAction
WEEK_START_UNSPECIFIED: WeekStart
WEEK_START_MONDAY: WeekStart
WEEK_START_SUNDAY: WeekStart
SCHEMA_POLICY_UNSPECIFIED: SchemaPolicy
SCHEMA_POLICY_OPEN: SchemaPolicy
SCHEMA_POLICY_CLOSED: SchemaPolicy
SCOPE_UNSPECIFIED: Scope
SCOPE_INGEST: Scope
SCOPE_QUERY: Scope
SCOPE_ADMIN: Scope

class Project(_message.Message):
    __slots__ = ("project_id", "name", "settings", "create_time", "update_time")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    name: str
    settings: ProjectSettings
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, project_id: _Optional[str] = ..., name: _Optional[str] = ..., settings: _Optional[_Union[ProjectSettings, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ProjectSettings(_message.Message):
    __slots__ = ("time_zone", "week_start", "schema_policy", "keep_ip", "client_sessions", "amount_property", "personal_data", "personal_data_default")
    class PersonalDataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: PersonalDataAction
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[PersonalDataAction, str]] = ...) -> None: ...
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    WEEK_START_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_POLICY_FIELD_NUMBER: _ClassVar[int]
    KEEP_IP_FIELD_NUMBER: _ClassVar[int]
    CLIENT_SESSIONS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_PROPERTY_FIELD_NUMBER: _ClassVar[int]
    PERSONAL_DATA_FIELD_NUMBER: _ClassVar[int]
    PERSONAL_DATA_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    time_zone: str
    week_start: WeekStart
    schema_policy: SchemaPolicy
    keep_ip: bool
    client_sessions: bool
    amount_property: str
    personal_data: _containers.ScalarMap[str, PersonalDataAction]
    personal_data_default: PersonalDataAction
    def __init__(self, time_zone: _Optional[str] = ..., week_start: _Optional[_Union[WeekStart, str]] = ..., schema_policy: _Optional[_Union[SchemaPolicy, str]] = ..., keep_ip: bool = ..., client_sessions: bool = ..., amount_property: _Optional[str] = ..., personal_data: _Optional[_Mapping[str, PersonalDataAction]] = ..., personal_data_default: _Optional[_Union[PersonalDataAction, str]] = ...) -> None: ...

class ApiKey(_message.Message):
    __slots__ = ("key_id", "project_id", "name", "scopes", "events_per_second", "burst", "create_time", "expire_time", "revoke_time", "last_use_time", "hint")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    EVENTS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    BURST_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    REVOKE_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_USE_TIME_FIELD_NUMBER: _ClassVar[int]
    HINT_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    project_id: str
    name: str
    scopes: _containers.RepeatedScalarFieldContainer[Scope]
    events_per_second: int
    burst: int
    create_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    revoke_time: _timestamp_pb2.Timestamp
    last_use_time: _timestamp_pb2.Timestamp
    hint: str
    def __init__(self, key_id: _Optional[str] = ..., project_id: _Optional[str] = ..., name: _Optional[str] = ..., scopes: _Optional[_Iterable[_Union[Scope, str]]] = ..., events_per_second: _Optional[int] = ..., burst: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revoke_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_use_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., hint: _Optional[str] = ...) -> None: ...
