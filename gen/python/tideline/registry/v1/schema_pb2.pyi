from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SchemaReference(_message.Message):
    __slots__ = ("name", "subject", "version")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    subject: str
    version: int
    def __init__(self, name: _Optional[str] = ..., subject: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class SchemaMetadata(_message.Message):
    __slots__ = ("tags", "properties", "sensitive")
    class TagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: TagList
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[TagList, _Mapping]] = ...) -> None: ...
    class PropertiesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    TAGS_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    SENSITIVE_FIELD_NUMBER: _ClassVar[int]
    tags: _containers.MessageMap[str, TagList]
    properties: _containers.ScalarMap[str, str]
    sensitive: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, tags: _Optional[_Mapping[str, TagList]] = ..., properties: _Optional[_Mapping[str, str]] = ..., sensitive: _Optional[_Iterable[str]] = ...) -> None: ...

class TagList(_message.Message):
    __slots__ = ("tags",)
    TAGS_FIELD_NUMBER: _ClassVar[int]
    tags: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, tags: _Optional[_Iterable[str]] = ...) -> None: ...

class SchemaRule(_message.Message):
    __slots__ = ("name", "doc", "kind", "mode", "type", "tags", "params", "expr", "on_success", "on_failure", "disabled")
    class ParamsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    DOC_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    PARAMS_FIELD_NUMBER: _ClassVar[int]
    EXPR_FIELD_NUMBER: _ClassVar[int]
    ON_SUCCESS_FIELD_NUMBER: _ClassVar[int]
    ON_FAILURE_FIELD_NUMBER: _ClassVar[int]
    DISABLED_FIELD_NUMBER: _ClassVar[int]
    name: str
    doc: str
    kind: str
    mode: str
    type: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    params: _containers.ScalarMap[str, str]
    expr: str
    on_success: str
    on_failure: str
    disabled: bool
    def __init__(self, name: _Optional[str] = ..., doc: _Optional[str] = ..., kind: _Optional[str] = ..., mode: _Optional[str] = ..., type: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., params: _Optional[_Mapping[str, str]] = ..., expr: _Optional[str] = ..., on_success: _Optional[str] = ..., on_failure: _Optional[str] = ..., disabled: bool = ...) -> None: ...

class RuleSet(_message.Message):
    __slots__ = ("migration_rules", "domain_rules", "encoding_rules", "enable_at")
    MIGRATION_RULES_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_RULES_FIELD_NUMBER: _ClassVar[int]
    ENCODING_RULES_FIELD_NUMBER: _ClassVar[int]
    ENABLE_AT_FIELD_NUMBER: _ClassVar[int]
    migration_rules: _containers.RepeatedCompositeFieldContainer[SchemaRule]
    domain_rules: _containers.RepeatedCompositeFieldContainer[SchemaRule]
    encoding_rules: _containers.RepeatedCompositeFieldContainer[SchemaRule]
    enable_at: str
    def __init__(self, migration_rules: _Optional[_Iterable[_Union[SchemaRule, _Mapping]]] = ..., domain_rules: _Optional[_Iterable[_Union[SchemaRule, _Mapping]]] = ..., encoding_rules: _Optional[_Iterable[_Union[SchemaRule, _Mapping]]] = ..., enable_at: _Optional[str] = ...) -> None: ...
