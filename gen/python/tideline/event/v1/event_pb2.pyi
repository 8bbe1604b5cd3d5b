import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Event(_message.Message):
    __slots__ = ("event_id", "type", "user_id", "anonymous_id", "session_id", "producer_id", "sequence", "client_time", "sent_time", "properties", "avro", "framed", "context")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ANONYMOUS_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    PRODUCER_ID_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CLIENT_TIME_FIELD_NUMBER: _ClassVar[int]
    SENT_TIME_FIELD_NUMBER: _ClassVar[int]
    PROPERTIES_FIELD_NUMBER: _ClassVar[int]
    AVRO_FIELD_NUMBER: _ClassVar[int]
    FRAMED_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    type: str
    user_id: str
    anonymous_id: str
    session_id: str
    producer_id: str
    sequence: int
    client_time: _timestamp_pb2.Timestamp
    sent_time: _timestamp_pb2.Timestamp
    properties: str
    avro: AvroBody
    framed: bytes
    context: Context
    def __init__(self, event_id: _Optional[str] = ..., type: _Optional[str] = ..., user_id: _Optional[str] = ..., anonymous_id: _Optional[str] = ..., session_id: _Optional[str] = ..., producer_id: _Optional[str] = ..., sequence: _Optional[int] = ..., client_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sent_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., properties: _Optional[str] = ..., avro: _Optional[_Union[AvroBody, _Mapping]] = ..., framed: _Optional[bytes] = ..., context: _Optional[_Union[Context, _Mapping]] = ...) -> None: ...

class AvroBody(_message.Message):
    __slots__ = ("schema_id", "data")
    SCHEMA_ID_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    schema_id: int
    data: bytes
    def __init__(self, schema_id: _Optional[int] = ..., data: _Optional[bytes] = ...) -> None: ...

class Context(_message.Message):
    __slots__ = ("ip", "user_agent", "page_url", "page_title", "referrer", "locale", "campaign", "library", "library_version")
    IP_FIELD_NUMBER: _ClassVar[int]
    USER_AGENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_URL_FIELD_NUMBER: _ClassVar[int]
    PAGE_TITLE_FIELD_NUMBER: _ClassVar[int]
    REFERRER_FIELD_NUMBER: _ClassVar[int]
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    LIBRARY_FIELD_NUMBER: _ClassVar[int]
    LIBRARY_VERSION_FIELD_NUMBER: _ClassVar[int]
    ip: str
    user_agent: str
    page_url: str
    page_title: str
    referrer: str
    locale: str
    campaign: Campaign
    library: str
    library_version: str
    def __init__(self, ip: _Optional[str] = ..., user_agent: _Optional[str] = ..., page_url: _Optional[str] = ..., page_title: _Optional[str] = ..., referrer: _Optional[str] = ..., locale: _Optional[str] = ..., campaign: _Optional[_Union[Campaign, _Mapping]] = ..., library: _Optional[str] = ..., library_version: _Optional[str] = ...) -> None: ...

class Campaign(_message.Message):
    __slots__ = ("source", "medium", "name", "term", "content")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    MEDIUM_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TERM_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    source: str
    medium: str
    name: str
    term: str
    content: str
    def __init__(self, source: _Optional[str] = ..., medium: _Optional[str] = ..., name: _Optional[str] = ..., term: _Optional[str] = ..., content: _Optional[str] = ...) -> None: ...
