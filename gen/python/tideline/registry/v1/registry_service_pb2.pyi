import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tideline.fault.v1 import fault_pb2 as _fault_pb2
from tideline.registry.v1 import schema_pb2 as _schema_pb2
from tideline.registry.v1 import settings_pb2 as _settings_pb2
from tideline.registry.v1 import verdict_pb2 as _verdict_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SchemaKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCHEMA_KIND_UNSPECIFIED: _ClassVar[SchemaKind]
    SCHEMA_KIND_AVRO: _ClassVar[SchemaKind]
    SCHEMA_KIND_JSON_SCHEMA: _ClassVar[SchemaKind]
    SCHEMA_KIND_PROTOBUF: _ClassVar[SchemaKind]
SCHEMA_KIND_UNSPECIFIED: SchemaKind
SCHEMA_KIND_AVRO: SchemaKind
SCHEMA_KIND_JSON_SCHEMA: SchemaKind
SCHEMA_KIND_PROTOBUF: SchemaKind

class Schema(_message.Message):
    __slots__ = ("subject", "version", "schema_id", "kind", "text", "create_time", "guid", "references", "metadata", "rule_set", "deleted", "schema_ver", "rolled_back_to", "key_id")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    GUID_FIELD_NUMBER: _ClassVar[int]
    REFERENCES_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    RULE_SET_FIELD_NUMBER: _ClassVar[int]
    DELETED_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VER_FIELD_NUMBER: _ClassVar[int]
    ROLLED_BACK_TO_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    subject: str
    version: int
    schema_id: int
    kind: SchemaKind
    text: str
    create_time: _timestamp_pb2.Timestamp
    guid: str
    references: _containers.RepeatedCompositeFieldContainer[_schema_pb2.SchemaReference]
    metadata: _schema_pb2.SchemaMetadata
    rule_set: _schema_pb2.RuleSet
    deleted: bool
    schema_ver: str
    rolled_back_to: int
    key_id: str
    def __init__(self, subject: _Optional[str] = ..., version: _Optional[int] = ..., schema_id: _Optional[int] = ..., kind: _Optional[_Union[SchemaKind, str]] = ..., text: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., guid: _Optional[str] = ..., references: _Optional[_Iterable[_Union[_schema_pb2.SchemaReference, _Mapping]]] = ..., metadata: _Optional[_Union[_schema_pb2.SchemaMetadata, _Mapping]] = ..., rule_set: _Optional[_Union[_schema_pb2.RuleSet, _Mapping]] = ..., deleted: bool = ..., schema_ver: _Optional[str] = ..., rolled_back_to: _Optional[int] = ..., key_id: _Optional[str] = ...) -> None: ...

class RegisterSchemaRequest(_message.Message):
    __slots__ = ("subject", "kind", "text", "references", "metadata", "rule_set", "normalize", "version", "schema_id", "schema_ver")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    REFERENCES_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    RULE_SET_FIELD_NUMBER: _ClassVar[int]
    NORMALIZE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_ID_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VER_FIELD_NUMBER: _ClassVar[int]
    subject: str
    kind: SchemaKind
    text: str
    references: _containers.RepeatedCompositeFieldContainer[_schema_pb2.SchemaReference]
    metadata: _schema_pb2.SchemaMetadata
    rule_set: _schema_pb2.RuleSet
    normalize: bool
    version: int
    schema_id: int
    schema_ver: str
    def __init__(self, subject: _Optional[str] = ..., kind: _Optional[_Union[SchemaKind, str]] = ..., text: _Optional[str] = ..., references: _Optional[_Iterable[_Union[_schema_pb2.SchemaReference, _Mapping]]] = ..., metadata: _Optional[_Union[_schema_pb2.SchemaMetadata, _Mapping]] = ..., rule_set: _Optional[_Union[_schema_pb2.RuleSet, _Mapping]] = ..., normalize: bool = ..., version: _Optional[int] = ..., schema_id: _Optional[int] = ..., schema_ver: _Optional[str] = ...) -> None: ...

class RegisterSchemaResponse(_message.Message):
    __slots__ = ("schema", "is_new")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IS_NEW_FIELD_NUMBER: _ClassVar[int]
    schema: Schema
    is_new: bool
    def __init__(self, schema: _Optional[_Union[Schema, _Mapping]] = ..., is_new: bool = ...) -> None: ...

class CheckSchemaRequest(_message.Message):
    __slots__ = ("subject", "kind", "text", "references", "metadata", "rule_set", "normalize", "against_version", "version", "level")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    REFERENCES_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    RULE_SET_FIELD_NUMBER: _ClassVar[int]
    NORMALIZE_FIELD_NUMBER: _ClassVar[int]
    AGAINST_VERSION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    subject: str
    kind: SchemaKind
    text: str
    references: _containers.RepeatedCompositeFieldContainer[_schema_pb2.SchemaReference]
    metadata: _schema_pb2.SchemaMetadata
    rule_set: _schema_pb2.RuleSet
    normalize: bool
    against_version: int
    version: int
    level: _settings_pb2.CompatibilityLevel
    def __init__(self, subject: _Optional[str] = ..., kind: _Optional[_Union[SchemaKind, str]] = ..., text: _Optional[str] = ..., references: _Optional[_Iterable[_Union[_schema_pb2.SchemaReference, _Mapping]]] = ..., metadata: _Optional[_Union[_schema_pb2.SchemaMetadata, _Mapping]] = ..., rule_set: _Optional[_Union[_schema_pb2.RuleSet, _Mapping]] = ..., normalize: bool = ..., against_version: _Optional[int] = ..., version: _Optional[int] = ..., level: _Optional[_Union[_settings_pb2.CompatibilityLevel, str]] = ...) -> None: ...

class CheckSchemaResponse(_message.Message):
    __slots__ = ("outcome", "findings", "level", "policy", "compared_versions", "schema", "is_registered", "refusal", "refusal_message", "findings_count", "json_changes")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    COMPARED_VERSIONS_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IS_REGISTERED_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_COUNT_FIELD_NUMBER: _ClassVar[int]
    JSON_CHANGES_FIELD_NUMBER: _ClassVar[int]
    outcome: _verdict_pb2.Outcome
    findings: _containers.RepeatedCompositeFieldContainer[_verdict_pb2.Finding]
    level: _settings_pb2.CompatibilityLevel
    policy: _settings_pb2.CompatibilityPolicy
    compared_versions: _containers.RepeatedScalarFieldContainer[int]
    schema: Schema
    is_registered: bool
    refusal: _fault_pb2.FaultReason
    refusal_message: str
    findings_count: int
    json_changes: _containers.RepeatedCompositeFieldContainer[_verdict_pb2.Difference]
    def __init__(self, outcome: _Optional[_Union[_verdict_pb2.Outcome, str]] = ..., findings: _Optional[_Iterable[_Union[_verdict_pb2.Finding, _Mapping]]] = ..., level: _Optional[_Union[_settings_pb2.CompatibilityLevel, str]] = ..., policy: _Optional[_Union[_settings_pb2.CompatibilityPolicy, str]] = ..., compared_versions: _Optional[_Iterable[int]] = ..., schema: _Optional[_Union[Schema, _Mapping]] = ..., is_registered: bool = ..., refusal: _Optional[_Union[_fault_pb2.FaultReason, str]] = ..., refusal_message: _Optional[str] = ..., findings_count: _Optional[int] = ..., json_changes: _Optional[_Iterable[_Union[_verdict_pb2.Difference, _Mapping]]] = ...) -> None: ...

class CheckEventsRequest(_message.Message):
    __slots__ = ("subject", "kind", "text", "references", "rule_set", "events_max")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    REFERENCES_FIELD_NUMBER: _ClassVar[int]
    RULE_SET_FIELD_NUMBER: _ClassVar[int]
    EVENTS_MAX_FIELD_NUMBER: _ClassVar[int]
    subject: str
    kind: SchemaKind
    text: str
    references: _containers.RepeatedCompositeFieldContainer[_schema_pb2.SchemaReference]
    rule_set: _schema_pb2.RuleSet
    events_max: int
    def __init__(self, subject: _Optional[str] = ..., kind: _Optional[_Union[SchemaKind, str]] = ..., text: _Optional[str] = ..., references: _Optional[_Iterable[_Union[_schema_pb2.SchemaReference, _Mapping]]] = ..., rule_set: _Optional[_Union[_schema_pb2.RuleSet, _Mapping]] = ..., events_max: _Optional[int] = ...) -> None: ...

class CheckEventsResponse(_message.Message):
    __slots__ = ("checked", "failed", "unjudged", "failures", "producers", "is_cut", "oldest_time", "unjudged_fields", "metrics")
    CHECKED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    UNJUDGED_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    PRODUCERS_FIELD_NUMBER: _ClassVar[int]
    IS_CUT_FIELD_NUMBER: _ClassVar[int]
    OLDEST_TIME_FIELD_NUMBER: _ClassVar[int]
    UNJUDGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    checked: int
    failed: int
    unjudged: int
    failures: _containers.RepeatedCompositeFieldContainer[EventFailure]
    producers: _containers.RepeatedCompositeFieldContainer[EventProducer]
    is_cut: bool
    oldest_time: _timestamp_pb2.Timestamp
    unjudged_fields: _containers.RepeatedCompositeFieldContainer[UnjudgedField]
    metrics: _containers.RepeatedCompositeFieldContainer[MetricUse]
    def __init__(self, checked: _Optional[int] = ..., failed: _Optional[int] = ..., unjudged: _Optional[int] = ..., failures: _Optional[_Iterable[_Union[EventFailure, _Mapping]]] = ..., producers: _Optional[_Iterable[_Union[EventProducer, _Mapping]]] = ..., is_cut: bool = ..., oldest_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., unjudged_fields: _Optional[_Iterable[_Union[UnjudgedField, _Mapping]]] = ..., metrics: _Optional[_Iterable[_Union[MetricUse, _Mapping]]] = ...) -> None: ...

class MetricUse(_message.Message):
    __slots__ = ("name", "version", "path", "before", "after")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: int
    path: str
    before: str
    after: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[int] = ..., path: _Optional[str] = ..., before: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class UnjudgedField(_message.Message):
    __slots__ = ("path", "events")
    PATH_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    path: str
    events: int
    def __init__(self, path: _Optional[str] = ..., events: _Optional[int] = ...) -> None: ...

class EventFailure(_message.Message):
    __slots__ = ("path", "rule", "message", "events", "event_id")
    PATH_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    path: str
    rule: str
    message: str
    events: int
    event_id: str
    def __init__(self, path: _Optional[str] = ..., rule: _Optional[str] = ..., message: _Optional[str] = ..., events: _Optional[int] = ..., event_id: _Optional[str] = ...) -> None: ...

class EventProducer(_message.Message):
    __slots__ = ("key_id", "library", "library_version", "schema_version", "events", "failed", "last_time", "is_encoded")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    LIBRARY_FIELD_NUMBER: _ClassVar[int]
    LIBRARY_VERSION_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    LAST_TIME_FIELD_NUMBER: _ClassVar[int]
    IS_ENCODED_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    library: str
    library_version: str
    schema_version: int
    events: int
    failed: int
    last_time: _timestamp_pb2.Timestamp
    is_encoded: bool
    def __init__(self, key_id: _Optional[str] = ..., library: _Optional[str] = ..., library_version: _Optional[str] = ..., schema_version: _Optional[int] = ..., events: _Optional[int] = ..., failed: _Optional[int] = ..., last_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_encoded: bool = ...) -> None: ...

class LookupSchemaRequest(_message.Message):
    __slots__ = ("subject", "kind", "text", "references", "metadata", "rule_set", "normalize", "include_deleted")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    REFERENCES_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    RULE_SET_FIELD_NUMBER: _ClassVar[int]
    NORMALIZE_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_DELETED_FIELD_NUMBER: _ClassVar[int]
    subject: str
    kind: SchemaKind
    text: str
    references: _containers.RepeatedCompositeFieldContainer[_schema_pb2.SchemaReference]
    metadata: _schema_pb2.SchemaMetadata
    rule_set: _schema_pb2.RuleSet
    normalize: bool
    include_deleted: bool
    def __init__(self, subject: _Optional[str] = ..., kind: _Optional[_Union[SchemaKind, str]] = ..., text: _Optional[str] = ..., references: _Optional[_Iterable[_Union[_schema_pb2.SchemaReference, _Mapping]]] = ..., metadata: _Optional[_Union[_schema_pb2.SchemaMetadata, _Mapping]] = ..., rule_set: _Optional[_Union[_schema_pb2.RuleSet, _Mapping]] = ..., normalize: bool = ..., include_deleted: bool = ...) -> None: ...

class LookupSchemaResponse(_message.Message):
    __slots__ = ("schema",)
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    schema: Schema
    def __init__(self, schema: _Optional[_Union[Schema, _Mapping]] = ...) -> None: ...

class GetSchemaRequest(_message.Message):
    __slots__ = ("subject", "version", "schema_id", "guid", "include_deleted")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_ID_FIELD_NUMBER: _ClassVar[int]
    GUID_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_DELETED_FIELD_NUMBER: _ClassVar[int]
    subject: str
    version: int
    schema_id: int
    guid: str
    include_deleted: bool
    def __init__(self, subject: _Optional[str] = ..., version: _Optional[int] = ..., schema_id: _Optional[int] = ..., guid: _Optional[str] = ..., include_deleted: bool = ...) -> None: ...

class GetSchemaResponse(_message.Message):
    __slots__ = ("schema",)
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    schema: Schema
    def __init__(self, schema: _Optional[_Union[Schema, _Mapping]] = ...) -> None: ...

class ListSchemasRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "prefix")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    prefix: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., prefix: _Optional[str] = ...) -> None: ...

class ListSchemasResponse(_message.Message):
    __slots__ = ("schemas", "next_page_token")
    SCHEMAS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    schemas: _containers.RepeatedCompositeFieldContainer[Schema]
    next_page_token: str
    def __init__(self, schemas: _Optional[_Iterable[_Union[Schema, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListSubjectsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "prefix", "include_deleted")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_DELETED_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    prefix: str
    include_deleted: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., prefix: _Optional[str] = ..., include_deleted: bool = ...) -> None: ...

class ListSubjectsResponse(_message.Message):
    __slots__ = ("subjects", "next_page_token")
    SUBJECTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    subjects: _containers.RepeatedScalarFieldContainer[str]
    next_page_token: str
    def __init__(self, subjects: _Optional[_Iterable[str]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListVersionsRequest(_message.Message):
    __slots__ = ("subject", "include_deleted", "page_size", "page_token")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_DELETED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    subject: str
    include_deleted: bool
    page_size: int
    page_token: str
    def __init__(self, subject: _Optional[str] = ..., include_deleted: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListVersionsResponse(_message.Message):
    __slots__ = ("schemas", "next_page_token")
    SCHEMAS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    schemas: _containers.RepeatedCompositeFieldContainer[Schema]
    next_page_token: str
    def __init__(self, schemas: _Optional[_Iterable[_Union[Schema, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DiffSchemasRequest(_message.Message):
    __slots__ = ("subject", "from_version", "to_version")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    FROM_VERSION_FIELD_NUMBER: _ClassVar[int]
    TO_VERSION_FIELD_NUMBER: _ClassVar[int]
    subject: str
    from_version: int
    to_version: int
    def __init__(self, subject: _Optional[str] = ..., from_version: _Optional[int] = ..., to_version: _Optional[int] = ...) -> None: ...

class DiffSchemasResponse(_message.Message):
    __slots__ = ("to", "differences")
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    to: Schema
    differences: _containers.RepeatedCompositeFieldContainer[_verdict_pb2.Difference]
    def __init__(self, to: _Optional[_Union[Schema, _Mapping]] = ..., differences: _Optional[_Iterable[_Union[_verdict_pb2.Difference, _Mapping]]] = ..., **kwargs) -> None: ...

class DeleteSchemaRequest(_message.Message):
    __slots__ = ("subject", "version", "permanent")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PERMANENT_FIELD_NUMBER: _ClassVar[int]
    subject: str
    version: int
    permanent: bool
    def __init__(self, subject: _Optional[str] = ..., version: _Optional[int] = ..., permanent: bool = ...) -> None: ...

class DeleteSchemaResponse(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class DeleteSubjectRequest(_message.Message):
    __slots__ = ("subject", "permanent")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    PERMANENT_FIELD_NUMBER: _ClassVar[int]
    subject: str
    permanent: bool
    def __init__(self, subject: _Optional[str] = ..., permanent: bool = ...) -> None: ...

class DeleteSubjectResponse(_message.Message):
    __slots__ = ("versions",)
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    versions: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, versions: _Optional[_Iterable[int]] = ...) -> None: ...

class RollBackSubjectRequest(_message.Message):
    __slots__ = ("subject", "version", "force")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    subject: str
    version: int
    force: bool
    def __init__(self, subject: _Optional[str] = ..., version: _Optional[int] = ..., force: bool = ...) -> None: ...

class RollBackSubjectResponse(_message.Message):
    __slots__ = ("schema", "is_new")
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    IS_NEW_FIELD_NUMBER: _ClassVar[int]
    schema: Schema
    is_new: bool
    def __init__(self, schema: _Optional[_Union[Schema, _Mapping]] = ..., is_new: bool = ...) -> None: ...

class GetConfigRequest(_message.Message):
    __slots__ = ("scope",)
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    scope: str
    def __init__(self, scope: _Optional[str] = ...) -> None: ...

class GetConfigResponse(_message.Message):
    __slots__ = ("own", "effective")
    OWN_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    own: _settings_pb2.Config
    effective: _settings_pb2.Config
    def __init__(self, own: _Optional[_Union[_settings_pb2.Config, _Mapping]] = ..., effective: _Optional[_Union[_settings_pb2.Config, _Mapping]] = ...) -> None: ...

class SetConfigRequest(_message.Message):
    __slots__ = ("scope", "config")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    scope: str
    config: _settings_pb2.Config
    def __init__(self, scope: _Optional[str] = ..., config: _Optional[_Union[_settings_pb2.Config, _Mapping]] = ...) -> None: ...

class SetConfigResponse(_message.Message):
    __slots__ = ("own", "effective")
    OWN_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    own: _settings_pb2.Config
    effective: _settings_pb2.Config
    def __init__(self, own: _Optional[_Union[_settings_pb2.Config, _Mapping]] = ..., effective: _Optional[_Union[_settings_pb2.Config, _Mapping]] = ...) -> None: ...

class DeleteConfigRequest(_message.Message):
    __slots__ = ("scope",)
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    scope: str
    def __init__(self, scope: _Optional[str] = ...) -> None: ...

class DeleteConfigResponse(_message.Message):
    __slots__ = ("config",)
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    config: _settings_pb2.Config
    def __init__(self, config: _Optional[_Union[_settings_pb2.Config, _Mapping]] = ...) -> None: ...

class GetModeRequest(_message.Message):
    __slots__ = ("scope",)
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    scope: str
    def __init__(self, scope: _Optional[str] = ...) -> None: ...

class GetModeResponse(_message.Message):
    __slots__ = ("own", "effective")
    OWN_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    own: _settings_pb2.Mode
    effective: _settings_pb2.Mode
    def __init__(self, own: _Optional[_Union[_settings_pb2.Mode, str]] = ..., effective: _Optional[_Union[_settings_pb2.Mode, str]] = ...) -> None: ...

class SetModeRequest(_message.Message):
    __slots__ = ("scope", "mode", "force")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    scope: str
    mode: _settings_pb2.Mode
    force: bool
    def __init__(self, scope: _Optional[str] = ..., mode: _Optional[_Union[_settings_pb2.Mode, str]] = ..., force: bool = ...) -> None: ...

class SetModeResponse(_message.Message):
    __slots__ = ("effective",)
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    effective: _settings_pb2.Mode
    def __init__(self, effective: _Optional[_Union[_settings_pb2.Mode, str]] = ...) -> None: ...

class DeleteModeRequest(_message.Message):
    __slots__ = ("scope", "recursive")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    RECURSIVE_FIELD_NUMBER: _ClassVar[int]
    scope: str
    recursive: bool
    def __init__(self, scope: _Optional[str] = ..., recursive: bool = ...) -> None: ...

class DeleteModeResponse(_message.Message):
    __slots__ = ("mode",)
    MODE_FIELD_NUMBER: _ClassVar[int]
    mode: _settings_pb2.Mode
    def __init__(self, mode: _Optional[_Union[_settings_pb2.Mode, str]] = ...) -> None: ...

class GetSubjectRequest(_message.Message):
    __slots__ = ("subject",)
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    subject: str
    def __init__(self, subject: _Optional[str] = ...) -> None: ...

class GetSubjectResponse(_message.Message):
    __slots__ = ("subject", "notes", "config", "mode", "versions", "latest")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    LATEST_FIELD_NUMBER: _ClassVar[int]
    subject: str
    notes: _settings_pb2.SubjectNotes
    config: _settings_pb2.Config
    mode: _settings_pb2.Mode
    versions: _containers.RepeatedScalarFieldContainer[int]
    latest: Schema
    def __init__(self, subject: _Optional[str] = ..., notes: _Optional[_Union[_settings_pb2.SubjectNotes, _Mapping]] = ..., config: _Optional[_Union[_settings_pb2.Config, _Mapping]] = ..., mode: _Optional[_Union[_settings_pb2.Mode, str]] = ..., versions: _Optional[_Iterable[int]] = ..., latest: _Optional[_Union[Schema, _Mapping]] = ...) -> None: ...

class SetMetadataRequest(_message.Message):
    __slots__ = ("subject", "notes")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    subject: str
    notes: _settings_pb2.SubjectNotes
    def __init__(self, subject: _Optional[str] = ..., notes: _Optional[_Union[_settings_pb2.SubjectNotes, _Mapping]] = ...) -> None: ...

class SetMetadataResponse(_message.Message):
    __slots__ = ("notes",)
    NOTES_FIELD_NUMBER: _ClassVar[int]
    notes: _settings_pb2.SubjectNotes
    def __init__(self, notes: _Optional[_Union[_settings_pb2.SubjectNotes, _Mapping]] = ...) -> None: ...

class ListContextsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListContextsResponse(_message.Message):
    __slots__ = ("contexts", "next_page_token")
    CONTEXTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    contexts: _containers.RepeatedScalarFieldContainer[str]
    next_page_token: str
    def __init__(self, contexts: _Optional[_Iterable[str]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteContextRequest(_message.Message):
    __slots__ = ("context",)
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    context: str
    def __init__(self, context: _Optional[str] = ...) -> None: ...

class DeleteContextResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListReferrersRequest(_message.Message):
    __slots__ = ("subject", "version", "include_deleted")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_DELETED_FIELD_NUMBER: _ClassVar[int]
    subject: str
    version: int
    include_deleted: bool
    def __init__(self, subject: _Optional[str] = ..., version: _Optional[int] = ..., include_deleted: bool = ...) -> None: ...

class ListReferrersResponse(_message.Message):
    __slots__ = ("schema_ids",)
    SCHEMA_IDS_FIELD_NUMBER: _ClassVar[int]
    schema_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, schema_ids: _Optional[_Iterable[int]] = ...) -> None: ...

class ListChangesRequest(_message.Message):
    __slots__ = ("subject", "after", "page_size")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    subject: str
    after: int
    page_size: int
    def __init__(self, subject: _Optional[str] = ..., after: _Optional[int] = ..., page_size: _Optional[int] = ...) -> None: ...

class ListChangesResponse(_message.Message):
    __slots__ = ("changes",)
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[_settings_pb2.Change]
    def __init__(self, changes: _Optional[_Iterable[_Union[_settings_pb2.Change, _Mapping]]] = ...) -> None: ...

class WatchChangesRequest(_message.Message):
    __slots__ = ("subject", "after")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    subject: str
    after: int
    def __init__(self, subject: _Optional[str] = ..., after: _Optional[int] = ...) -> None: ...

class WatchChangesResponse(_message.Message):
    __slots__ = ("changes",)
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[_settings_pb2.Change]
    def __init__(self, changes: _Optional[_Iterable[_Union[_settings_pb2.Change, _Mapping]]] = ...) -> None: ...
