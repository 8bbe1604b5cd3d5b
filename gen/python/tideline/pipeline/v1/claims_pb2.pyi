from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class ClaimLayout(_message.Message):
    __slots__ = ("hash_key", "bucket_bits")
    HASH_KEY_FIELD_NUMBER: _ClassVar[int]
    BUCKET_BITS_FIELD_NUMBER: _ClassVar[int]
    hash_key: bytes
    bucket_bits: int
    def __init__(self, hash_key: _Optional[bytes] = ..., bucket_bits: _Optional[int] = ...) -> None: ...
