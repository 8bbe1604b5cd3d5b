import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from tideline.registry.v1 import schema_pb2 as _schema_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CompatibilityLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMPATIBILITY_LEVEL_UNSPECIFIED: _ClassVar[CompatibilityLevel]
    COMPATIBILITY_LEVEL_NONE: _ClassVar[CompatibilityLevel]
    COMPATIBILITY_LEVEL_BACKWARD: _ClassVar[CompatibilityLevel]
    COMPATIBILITY_LEVEL_BACKWARD_TRANSITIVE: _ClassVar[CompatibilityLevel]
    COMPATIBILITY_LEVEL_FORWARD: _ClassVar[CompatibilityLevel]
    COMPATIBILITY_LEVEL_FORWARD_TRANSITIVE: _ClassVar[CompatibilityLevel]
    COMPATIBILITY_LEVEL_FULL: _ClassVar[CompatibilityLevel]
    COMPATIBILITY_LEVEL_FULL_TRANSITIVE: _ClassVar[CompatibilityLevel]

class CompatibilityPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMPATIBILITY_POLICY_UNSPECIFIED: _ClassVar[CompatibilityPolicy]
    COMPATIBILITY_POLICY_STRICT: _ClassVar[CompatibilityPolicy]
    COMPATIBILITY_POLICY_LENIENT: _ClassVar[CompatibilityPolicy]

class Mode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MODE_UNSPECIFIED: _ClassVar[Mode]
    MODE_READWRITE: _ClassVar[Mode]
    MODE_READONLY: _ClassVar[Mode]
    MODE_READONLY_OVERRIDE: _ClassVar[Mode]
    MODE_IMPORT: _ClassVar[Mode]
    MODE_FORWARD: _ClassVar[Mode]

class ChangeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHANGE_KIND_UNSPECIFIED: _ClassVar[ChangeKind]
    CHANGE_KIND_REGISTERED: _ClassVar[ChangeKind]
    CHANGE_KIND_ROLLED_BACK: _ClassVar[ChangeKind]
    CHANGE_KIND_VERSION_DELETED: _ClassVar[ChangeKind]
    CHANGE_KIND_VERSION_ERASED: _ClassVar[ChangeKind]
    CHANGE_KIND_SUBJECT_DELETED: _ClassVar[ChangeKind]
    CHANGE_KIND_SUBJECT_ERASED: _ClassVar[ChangeKind]
    CHANGE_KIND_CONFIG_SET: _ClassVar[ChangeKind]
    CHANGE_KIND_CONFIG_DELETED: _ClassVar[ChangeKind]
    CHANGE_KIND_MODE_SET: _ClassVar[ChangeKind]
    CHANGE_KIND_MODE_DELETED: _ClassVar[ChangeKind]
    CHANGE_KIND_NOTES_SET: _ClassVar[ChangeKind]
    CHANGE_KIND_CONTEXT_DELETED: _ClassVar[ChangeKind]
COMPATIBILITY_LEVEL_UNSPECIFIED: CompatibilityLevel
COMPATIBILITY_LEVEL_NONE: CompatibilityLevel
COMPATIBILITY_LEVEL_BACKWARD: CompatibilityLevel
COMPATIBILITY_LEVEL_BACKWARD_TRANSITIVE: CompatibilityLevel
COMPATIBILITY_LEVEL_FORWARD: CompatibilityLevel
COMPATIBILITY_LEVEL_FORWARD_TRANSITIVE: CompatibilityLevel
COMPATIBILITY_LEVEL_FULL: CompatibilityLevel
COMPATIBILITY_LEVEL_FULL_TRANSITIVE: CompatibilityLevel
COMPATIBILITY_POLICY_UNSPECIFIED: CompatibilityPolicy
COMPATIBILITY_POLICY_STRICT: CompatibilityPolicy
COMPATIBILITY_POLICY_LENIENT: CompatibilityPolicy
MODE_UNSPECIFIED: Mode
MODE_READWRITE: Mode
MODE_READONLY: Mode
MODE_READONLY_OVERRIDE: Mode
MODE_IMPORT: Mode
MODE_FORWARD: Mode
CHANGE_KIND_UNSPECIFIED: ChangeKind
CHANGE_KIND_REGISTERED: ChangeKind
CHANGE_KIND_ROLLED_BACK: ChangeKind
CHANGE_KIND_VERSION_DELETED: ChangeKind
CHANGE_KIND_VERSION_ERASED: ChangeKind
CHANGE_KIND_SUBJECT_DELETED: ChangeKind
CHANGE_KIND_SUBJECT_ERASED: ChangeKind
CHANGE_KIND_CONFIG_SET: ChangeKind
CHANGE_KIND_CONFIG_DELETED: ChangeKind
CHANGE_KIND_MODE_SET: ChangeKind
CHANGE_KIND_MODE_DELETED: ChangeKind
CHANGE_KIND_NOTES_SET: ChangeKind
CHANGE_KIND_CONTEXT_DELETED: ChangeKind

class Config(_message.Message):
    __slots__ = ("level", "policy", "normalize", "alias", "compatibility_group", "validate_new_schemas", "default_metadata", "override_metadata", "default_rule_set", "override_rule_set")
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    NORMALIZE_FIELD_NUMBER: _ClassVar[int]
    ALIAS_FIELD_NUMBER: _ClassVar[int]
    COMPATIBILITY_GROUP_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_NEW_SCHEMAS_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_METADATA_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_METADATA_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_RULE_SET_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_RULE_SET_FIELD_NUMBER: _ClassVar[int]
    level: CompatibilityLevel
    policy: CompatibilityPolicy
    normalize: bool
    alias: str
    compatibility_group: str
    validate_new_schemas: bool
    default_metadata: _schema_pb2.SchemaMetadata
    override_metadata: _schema_pb2.SchemaMetadata
    default_rule_set: _schema_pb2.RuleSet
    override_rule_set: _schema_pb2.RuleSet
    def __init__(self, level: _Optional[_Union[CompatibilityLevel, str]] = ..., policy: _Optional[_Union[CompatibilityPolicy, str]] = ..., normalize: bool = ..., alias: _Optional[str] = ..., compatibility_group: _Optional[str] = ..., validate_new_schemas: bool = ..., default_metadata: _Optional[_Union[_schema_pb2.SchemaMetadata, _Mapping]] = ..., override_metadata: _Optional[_Union[_schema_pb2.SchemaMetadata, _Mapping]] = ..., default_rule_set: _Optional[_Union[_schema_pb2.RuleSet, _Mapping]] = ..., override_rule_set: _Optional[_Union[_schema_pb2.RuleSet, _Mapping]] = ...) -> None: ...

class SubjectNotes(_message.Message):
    __slots__ = ("owner", "description", "tags", "properties", "fields")
    class PropertiesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    OWNER_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    owner: str
    description: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    properties: _containers.ScalarMap[str, str]
    fields: _containers.RepeatedCompositeFieldContainer[FieldNote]
    def __init__(self, owner: _Optional[str] = ..., description: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., properties: _Optional[_Mapping[str, str]] = ..., fields: _Optional[_Iterable[_Union[FieldNote, _Mapping]]] = ...) -> None: ...

class FieldNote(_message.Message):
    __slots__ = ("path", "pii", "unit", "description", "deprecated")
    PATH_FIELD_NUMBER: _ClassVar[int]
    PII_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    DEPRECATED_FIELD_NUMBER: _ClassVar[int]
    path: str
    pii: str
    unit: str
    description: str
    deprecated: bool
    def __init__(self, path: _Optional[str] = ..., pii: _Optional[str] = ..., unit: _Optional[str] = ..., description: _Optional[str] = ..., deprecated: bool = ...) -> None: ...

class Change(_message.Message):
    __slots__ = ("number", "kind", "subject", "context", "version", "schema_id", "key_id", "time", "detail")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    number: int
    kind: ChangeKind
    subject: str
    context: str
    version: int
    schema_id: int
    key_id: str
    time: _timestamp_pb2.Timestamp
    detail: str
    def __init__(self, number: _Optional[int] = ..., kind: _Optional[_Union[ChangeKind, str]] = ..., subject: _Optional[str] = ..., context: _Optional[str] = ..., version: _Optional[int] = ..., schema_id: _Optional[int] = ..., key_id: _Optional[str] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., detail: _Optional[str] = ...) -> None: ...
