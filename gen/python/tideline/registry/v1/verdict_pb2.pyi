from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_UNSPECIFIED: _ClassVar[Outcome]
    OUTCOME_COMPATIBLE: _ClassVar[Outcome]
    OUTCOME_INCOMPATIBLE: _ClassVar[Outcome]
    OUTCOME_UNPROVEN: _ClassVar[Outcome]

class Direction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DIRECTION_UNSPECIFIED: _ClassVar[Direction]
    DIRECTION_BACKWARD: _ClassVar[Direction]
    DIRECTION_FORWARD: _ClassVar[Direction]
OUTCOME_UNSPECIFIED: Outcome
OUTCOME_COMPATIBLE: Outcome
OUTCOME_INCOMPATIBLE: Outcome
OUTCOME_UNPROVEN: Outcome
DIRECTION_UNSPECIFIED: Direction
DIRECTION_BACKWARD: Direction
DIRECTION_FORWARD: Direction

class Finding(_message.Message):
    __slots__ = ("rule", "outcome", "path", "message", "keyword", "version", "direction", "witness")
    RULE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    KEYWORD_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    WITNESS_FIELD_NUMBER: _ClassVar[int]
    rule: str
    outcome: Outcome
    path: str
    message: str
    keyword: str
    version: int
    direction: Direction
    witness: Witness
    def __init__(self, rule: _Optional[str] = ..., outcome: _Optional[_Union[Outcome, str]] = ..., path: _Optional[str] = ..., message: _Optional[str] = ..., keyword: _Optional[str] = ..., version: _Optional[int] = ..., direction: _Optional[_Union[Direction, str]] = ..., witness: _Optional[_Union[Witness, _Mapping]] = ...) -> None: ...

class Witness(_message.Message):
    __slots__ = ("json", "bytes", "rejection")
    JSON_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    REJECTION_FIELD_NUMBER: _ClassVar[int]
    json: str
    bytes: bytes
    rejection: str
    def __init__(self, json: _Optional[str] = ..., bytes: _Optional[bytes] = ..., rejection: _Optional[str] = ...) -> None: ...

class Difference(_message.Message):
    __slots__ = ("change", "path", "message", "breaks_backward", "breaks_forward")
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    BREAKS_BACKWARD_FIELD_NUMBER: _ClassVar[int]
    BREAKS_FORWARD_FIELD_NUMBER: _ClassVar[int]
    change: str
    path: str
    message: str
    breaks_backward: bool
    breaks_forward: bool
    def __init__(self, change: _Optional[str] = ..., path: _Optional[str] = ..., message: _Optional[str] = ..., breaks_backward: bool = ..., breaks_forward: bool = ...) -> None: ...
