from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FaultReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FAULT_REASON_UNSPECIFIED: _ClassVar[FaultReason]
    FAULT_REASON_REQUEST_INVALID: _ClassVar[FaultReason]
    FAULT_REASON_BODY_INVALID: _ClassVar[FaultReason]
    FAULT_REASON_KEY_INVALID: _ClassVar[FaultReason]
    FAULT_REASON_SCOPE_MISSING: _ClassVar[FaultReason]
    FAULT_REASON_RATE_LIMITED: _ClassVar[FaultReason]
    FAULT_REASON_OVERLOADED: _ClassVar[FaultReason]
    FAULT_REASON_ENGINE_UNAVAILABLE: _ClassVar[FaultReason]
    FAULT_REASON_PROJECT_NOT_FOUND: _ClassVar[FaultReason]
    FAULT_REASON_PROJECT_EXISTS: _ClassVar[FaultReason]
    FAULT_REASON_KEY_NOT_FOUND: _ClassVar[FaultReason]
    FAULT_REASON_SCHEMA_NOT_FOUND: _ClassVar[FaultReason]
    FAULT_REASON_SCHEMA_INVALID: _ClassVar[FaultReason]
    FAULT_REASON_EVENT_NOT_FOUND: _ClassVar[FaultReason]
    FAULT_REASON_QUARANTINED_NOT_FOUND: _ClassVar[FaultReason]
    FAULT_REASON_USER_NOT_FOUND: _ClassVar[FaultReason]
    FAULT_REASON_QUERY_TOO_LARGE: _ClassVar[FaultReason]
    FAULT_REASON_QUERY_TIMEOUT: _ClassVar[FaultReason]
    FAULT_REASON_PAGE_TOKEN_INVALID: _ClassVar[FaultReason]
    FAULT_REASON_NOT_OFFERED: _ClassVar[FaultReason]
    FAULT_REASON_SUBJECT_NOT_FOUND: _ClassVar[FaultReason]
    FAULT_REASON_SCHEMA_VERSION_NOT_FOUND: _ClassVar[FaultReason]
    FAULT_REASON_SUBJECT_SOFT_DELETED: _ClassVar[FaultReason]
    FAULT_REASON_SUBJECT_NOT_SOFT_DELETED: _ClassVar[FaultReason]
    FAULT_REASON_SCHEMA_VERSION_SOFT_DELETED: _ClassVar[FaultReason]
    FAULT_REASON_SCHEMA_VERSION_NOT_SOFT_DELETED: _ClassVar[FaultReason]
    FAULT_REASON_REGISTRY_CONFIG_NOT_FOUND: _ClassVar[FaultReason]
    FAULT_REASON_REGISTRY_MODE_NOT_FOUND: _ClassVar[FaultReason]
    FAULT_REASON_SCHEMA_INCOMPATIBLE: _ClassVar[FaultReason]
    FAULT_REASON_SCHEMA_REFERENCE_NOT_FOUND: _ClassVar[FaultReason]
    FAULT_REASON_SCHEMA_VERSION_NOT_NEXT: _ClassVar[FaultReason]
    FAULT_REASON_REGISTRY_MODE_FORBIDS: _ClassVar[FaultReason]
    FAULT_REASON_SCHEMA_REFERENCED: _ClassVar[FaultReason]
    FAULT_REASON_SCHEMA_ID_TAKEN: _ClassVar[FaultReason]
    FAULT_REASON_SUBJECT_INVALID: _ClassVar[FaultReason]
    FAULT_REASON_SCHEMA_TOO_LARGE: _ClassVar[FaultReason]
    FAULT_REASON_RULE_SET_INVALID: _ClassVar[FaultReason]
    FAULT_REASON_CONTEXT_NOT_EMPTY: _ClassVar[FaultReason]
    FAULT_REASON_SCHEMA_VER_WRONG: _ClassVar[FaultReason]
    FAULT_REASON_DATA_EXPIRED: _ClassVar[FaultReason]
    FAULT_REASON_SQL_INVALID: _ClassVar[FaultReason]
    FAULT_REASON_SQL_NOT_ALLOWED: _ClassVar[FaultReason]
    FAULT_REASON_PAGE_TOKEN_STALE: _ClassVar[FaultReason]
    FAULT_REASON_COHORT_NOT_FOUND: _ClassVar[FaultReason]
    FAULT_REASON_COHORT_REFERENCED: _ClassVar[FaultReason]
    FAULT_REASON_DEFINITION_CHANGED: _ClassVar[FaultReason]
    FAULT_REASON_METRIC_NOT_FOUND: _ClassVar[FaultReason]
    FAULT_REASON_METRIC_CHANGED: _ClassVar[FaultReason]
    FAULT_REASON_QUERY_BUSY: _ClassVar[FaultReason]
    FAULT_REASON_EVENT_UNDECODABLE: _ClassVar[FaultReason]
    FAULT_REASON_EVENT_TYPE_MISSING: _ClassVar[FaultReason]
    FAULT_REASON_EVENT_FIELD_TOO_LONG: _ClassVar[FaultReason]
    FAULT_REASON_EVENT_TOO_LARGE: _ClassVar[FaultReason]
    FAULT_REASON_EVENT_TEXT_INVALID: _ClassVar[FaultReason]
    FAULT_REASON_EVENT_LOG_UNAVAILABLE: _ClassVar[FaultReason]
    FAULT_REASON_EVENT_PROPERTIES_INVALID: _ClassVar[FaultReason]
    FAULT_REASON_EVENT_SCHEMA_VIOLATION: _ClassVar[FaultReason]
    FAULT_REASON_EVENT_TYPE_UNREGISTERED: _ClassVar[FaultReason]
    FAULT_REASON_EVENT_SCHEMA_UNKNOWN: _ClassVar[FaultReason]
    FAULT_REASON_EVENT_TIME_IN_FUTURE: _ClassVar[FaultReason]
    FAULT_REASON_EVENT_TIME_INVALID: _ClassVar[FaultReason]
    FAULT_REASON_EVENT_POISONED: _ClassVar[FaultReason]
    FAULT_REASON_EVENT_ID_REUSED: _ClassVar[FaultReason]
FAULT_REASON_UNSPECIFIED: FaultReason
FAULT_REASON_REQUEST_INVALID: FaultReason
FAULT_REASON_BODY_INVALID: FaultReason
FAULT_REASON_KEY_INVALID: FaultReason
FAULT_REASON_SCOPE_MISSING: FaultReason
FAULT_REASON_RATE_LIMITED: FaultReason
FAULT_REASON_OVERLOADED: FaultReason
FAULT_REASON_ENGINE_UNAVAILABLE: FaultReason
FAULT_REASON_PROJECT_NOT_FOUND: FaultReason
FAULT_REASON_PROJECT_EXISTS: FaultReason
FAULT_REASON_KEY_NOT_FOUND: FaultReason
FAULT_REASON_SCHEMA_NOT_FOUND: FaultReason
FAULT_REASON_SCHEMA_INVALID: FaultReason
FAULT_REASON_EVENT_NOT_FOUND: FaultReason
FAULT_REASON_QUARANTINED_NOT_FOUND: FaultReason
FAULT_REASON_USER_NOT_FOUND: FaultReason
FAULT_REASON_QUERY_TOO_LARGE: FaultReason
FAULT_REASON_QUERY_TIMEOUT: FaultReason
FAULT_REASON_PAGE_TOKEN_INVALID: FaultReason
FAULT_REASON_NOT_OFFERED: FaultReason
FAULT_REASON_SUBJECT_NOT_FOUND: FaultReason
FAULT_REASON_SCHEMA_VERSION_NOT_FOUND: FaultReason
FAULT_REASON_SUBJECT_SOFT_DELETED: FaultReason
FAULT_REASON_SUBJECT_NOT_SOFT_DELETED: FaultReason
FAULT_REASON_SCHEMA_VERSION_SOFT_DELETED: FaultReason
FAULT_REASON_SCHEMA_VERSION_NOT_SOFT_DELETED: FaultReason
FAULT_REASON_REGISTRY_CONFIG_NOT_FOUND: FaultReason
FAULT_REASON_REGISTRY_MODE_NOT_FOUND: FaultReason
FAULT_REASON_SCHEMA_INCOMPATIBLE: FaultReason
FAULT_REASON_SCHEMA_REFERENCE_NOT_FOUND: FaultReason
FAULT_REASON_SCHEMA_VERSION_NOT_NEXT: FaultReason
FAULT_REASON_REGISTRY_MODE_FORBIDS: FaultReason
FAULT_REASON_SCHEMA_REFERENCED: FaultReason
FAULT_REASON_SCHEMA_ID_TAKEN: FaultReason
FAULT_REASON_SUBJECT_INVALID: FaultReason
FAULT_REASON_SCHEMA_TOO_LARGE: FaultReason
FAULT_REASON_RULE_SET_INVALID: FaultReason
FAULT_REASON_CONTEXT_NOT_EMPTY: FaultReason
FAULT_REASON_SCHEMA_VER_WRONG: FaultReason
FAULT_REASON_DATA_EXPIRED: FaultReason
FAULT_REASON_SQL_INVALID: FaultReason
FAULT_REASON_SQL_NOT_ALLOWED: FaultReason
FAULT_REASON_PAGE_TOKEN_STALE: FaultReason
FAULT_REASON_COHORT_NOT_FOUND: FaultReason
FAULT_REASON_COHORT_REFERENCED: FaultReason
FAULT_REASON_DEFINITION_CHANGED: FaultReason
FAULT_REASON_METRIC_NOT_FOUND: FaultReason
FAULT_REASON_METRIC_CHANGED: FaultReason
FAULT_REASON_QUERY_BUSY: FaultReason
FAULT_REASON_EVENT_UNDECODABLE: FaultReason
FAULT_REASON_EVENT_TYPE_MISSING: FaultReason
FAULT_REASON_EVENT_FIELD_TOO_LONG: FaultReason
FAULT_REASON_EVENT_TOO_LARGE: FaultReason
FAULT_REASON_EVENT_TEXT_INVALID: FaultReason
FAULT_REASON_EVENT_LOG_UNAVAILABLE: FaultReason
FAULT_REASON_EVENT_PROPERTIES_INVALID: FaultReason
FAULT_REASON_EVENT_SCHEMA_VIOLATION: FaultReason
FAULT_REASON_EVENT_TYPE_UNREGISTERED: FaultReason
FAULT_REASON_EVENT_SCHEMA_UNKNOWN: FaultReason
FAULT_REASON_EVENT_TIME_IN_FUTURE: FaultReason
FAULT_REASON_EVENT_TIME_INVALID: FaultReason
FAULT_REASON_EVENT_POISONED: FaultReason
FAULT_REASON_EVENT_ID_REUSED: FaultReason

class FaultDetail(_message.Message):
    __slots__ = ("reason", "facts")
    class FactsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    REASON_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    reason: FaultReason
    facts: _containers.ScalarMap[str, str]
    def __init__(self, reason: _Optional[_Union[FaultReason, str]] = ..., facts: _Optional[_Mapping[str, str]] = ...) -> None: ...
