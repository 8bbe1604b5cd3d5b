from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PartitionLease(_message.Message):
    __slots__ = ("instance", "epoch", "expires_ms")
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_MS_FIELD_NUMBER: _ClassVar[int]
    instance: str
    epoch: int
    expires_ms: int
    def __init__(self, instance: _Optional[str] = ..., epoch: _Optional[int] = ..., expires_ms: _Optional[int] = ...) -> None: ...

class PartitionProgress(_message.Message):
    __slots__ = ("epoch", "committed", "watermark_ms", "pending", "engine_boot")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    COMMITTED_FIELD_NUMBER: _ClassVar[int]
    WATERMARK_MS_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    ENGINE_BOOT_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    committed: int
    watermark_ms: int
    pending: Range
    engine_boot: str
    def __init__(self, epoch: _Optional[int] = ..., committed: _Optional[int] = ..., watermark_ms: _Optional[int] = ..., pending: _Optional[_Union[Range, _Mapping]] = ..., engine_boot: _Optional[str] = ...) -> None: ...

class Range(_message.Message):
    __slots__ = ("to", "messages", "events", "raw_from", "raw_to", "poisoned")
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    RAW_FROM_FIELD_NUMBER: _ClassVar[int]
    RAW_TO_FIELD_NUMBER: _ClassVar[int]
    POISONED_FIELD_NUMBER: _ClassVar[int]
    to: int
    messages: int
    events: int
    raw_from: int
    raw_to: int
    poisoned: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, to: _Optional[int] = ..., messages: _Optional[int] = ..., events: _Optional[int] = ..., raw_from: _Optional[int] = ..., raw_to: _Optional[int] = ..., poisoned: _Optional[_Iterable[int]] = ..., **kwargs) -> None: ...
