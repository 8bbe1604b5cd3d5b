"""Writes Avro."""

from __future__ import annotations

import datetime
import decimal
import struct
import uuid as _uuid

from .values import AvroDuration, days_of, micros_of_day, micros_of_instant, micros_of_local, unscaled_of

_FLOAT = struct.Struct("<f")
_DOUBLE = struct.Struct("<d")
_DURATION = struct.Struct("<III")


class AvroWriter:
    """Writes one Avro datum; generated code calls the methods in the order of the schema.

    What a value can't be in the schema is raised as a ValueError, TypeError or OverflowError.
    """

    __slots__ = ("_out",)

    def __init__(self) -> None:
        self._out = bytearray()

    def getvalue(self) -> bytes:
        """What was written."""
        return bytes(self._out)

    def _varint(self, value: int, bits: int) -> None:
        if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
            raise OverflowError(f"{value} has more than {bits} bits")
        rest = value << 1 if value >= 0 else (-value << 1) - 1
        out = self._out
        while rest > 0x7F:
            out.append((rest & 0x7F) | 0x80)
            rest >>= 7
        out.append(rest)

    def bool(self, value: bool) -> None:
        self._out.append(1 if value else 0)

    def int32(self, value: int) -> None:
        self._varint(value, 32)

    def int64(self, value: int) -> None:
        self._varint(value, 64)

    def float32(self, value: float) -> None:
        _require_finite(value)
        self._out += _FLOAT.pack(value)

    def float64(self, value: float) -> None:
        _require_finite(value)
        self._out += _DOUBLE.pack(value)

    def text(self, value: str) -> None:
        self.blob(value.encode("utf-8"))

    def blob(self, value: bytes) -> None:
        self._varint(len(value), 64)
        self._out += value

    def fixed(self, value: bytes, size: int) -> None:
        if len(value) != size:
            raise ValueError(f"{size} bytes are expected, not {len(value)}")
        self._out += value

    def index(self, value: int) -> None:
        """The index of a union's branch or of an enum's symbol."""
        self._varint(value, 32)

    def block(self, count: int) -> None:
        """The items of an array or map follow, and then ``end``."""
        if count > 0:
            self._varint(count, 64)

    def end(self) -> None:
        self._out.append(0)

    def hex(self, value: str) -> None:
        """Bytes known beforehand, such as a default's."""
        self._out += bytes.fromhex(value)

    def decimal_bytes(self, value: decimal.Decimal, precision: int, scale: int) -> None:
        unscaled = unscaled_of(value, precision, scale)
        length = (unscaled if unscaled >= 0 else ~unscaled).bit_length() // 8 + 1
        self.blob(unscaled.to_bytes(length, "big", signed=True))

    def decimal_fixed(self, value: decimal.Decimal, precision: int, scale: int, size: int) -> None:
        self._out += unscaled_of(value, precision, scale).to_bytes(size, "big", signed=True)

    def uuid(self, value: _uuid.UUID) -> None:
        self.text(str(value))

    def uuid_fixed(self, value: _uuid.UUID) -> None:
        self._out += value.bytes

    def date(self, value: datetime.date) -> None:
        self._varint(days_of(value), 32)

    def time_millis(self, value: datetime.time) -> None:
        self._varint(micros_of_day(value) // 1_000, 32)

    def time_micros(self, value: datetime.time) -> None:
        self._varint(micros_of_day(value), 64)

    def timestamp_millis(self, value: datetime.datetime) -> None:
        self._varint(micros_of_instant(value) // 1_000, 64)

    def timestamp_micros(self, value: datetime.datetime) -> None:
        self._varint(micros_of_instant(value), 64)

    def timestamp_nanos(self, value: datetime.datetime) -> None:
        self._varint(micros_of_instant(value) * 1_000, 64)

    def local_timestamp_millis(self, value: datetime.datetime) -> None:
        self._varint(micros_of_local(value) // 1_000, 64)

    def local_timestamp_micros(self, value: datetime.datetime) -> None:
        self._varint(micros_of_local(value), 64)

    def local_timestamp_nanos(self, value: datetime.datetime) -> None:
        self._varint(micros_of_local(value) * 1_000, 64)

    def duration(self, value: AvroDuration) -> None:
        try:
            self._out += _DURATION.pack(value.months, value.days, value.milliseconds)
        except struct.error as error:
            raise ValueError("a part of the duration is out of its range") from error


def _require_finite(value: float) -> None:
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(f"{value} is not finite")
