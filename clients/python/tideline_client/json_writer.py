"""Writes JSON."""

from __future__ import annotations

import base64
import datetime
import json
import math
import uuid as _uuid

from .values import JsonValue


_FLOAT_MAX = 3.402823466385289e38


def _within(value: int, low: int, high: int) -> int:
    number = int(value)
    if number != value or not low <= number <= high:
        raise ValueError(f"{value} is no whole number between {low} and {high}")
    return number


class JsonWriter:
    """Writes a JSON object as text; generated code calls the methods in the order of the schema."""

    __slots__ = ("_out", "_needs_comma")

    def __init__(self) -> None:
        self._out: list[str] = []
        self._needs_comma = False

    def getvalue(self) -> str:
        """What was written."""
        return "".join(self._out)

    def raw(self, value: str) -> None:
        """JSON text that is known beforehand."""
        if self._needs_comma:
            self._out.append(",")
        self._out.append(value)
        self._needs_comma = True

    def _open(self, bracket: str) -> None:
        self.raw(bracket)
        self._needs_comma = False

    def _close(self, bracket: str) -> None:
        self._out.append(bracket)
        self._needs_comma = True

    def begin_object(self) -> None:
        self._open("{")

    def end_object(self) -> None:
        self._close("}")

    def begin_array(self) -> None:
        self._open("[")

    def end_array(self) -> None:
        self._close("]")

    def name(self, value: str) -> None:
        """The name of the member that follows."""
        self.raw(json.dumps(value) + ":")
        self._needs_comma = False

    def null_value(self) -> None:
        self.raw("null")

    def bool(self, value: bool) -> None:
        self.raw("true" if value else "false")

    def int64(self, value: int) -> None:
        self.raw(str(int(value)))

    def int32(self, value: int) -> None:
        self.raw(str(_within(value, -(2**31), 2**31 - 1)))

    def uint32(self, value: int) -> None:
        self.raw(str(_within(value, 0, 2**32 - 1)))

    def int64_text(self, value: int) -> None:
        """A number of 64 bits as Protobuf has it in JSON."""
        self.raw(f'"{_within(value, -(2**63), 2**63 - 1)}"')

    def uint64_text(self, value: int) -> None:
        """An unsigned number of 64 bits as Protobuf has it in JSON."""
        self.raw(f'"{_within(value, 0, 2**64 - 1)}"')

    def float32(self, value: float) -> None:
        if math.isfinite(value) and abs(value) > _FLOAT_MAX:
            raise ValueError(f"{value} is no number of 32 bits")
        self.float64(value)

    def float64(self, value: float) -> None:
        self.raw(json.dumps(value, allow_nan=False))

    def text(self, value: str) -> None:
        self.raw(json.dumps(value))

    def json(self, value: JsonValue) -> None:
        """Any JSON value."""
        self.raw(json.dumps(value, allow_nan=False))

    def base64(self, value: bytes) -> None:
        self.raw(f'"{base64.b64encode(value).decode("ascii")}"')

    def timestamp(self, value: datetime.datetime) -> None:
        """A time of the years 1 to 9999."""
        if value.tzinfo is None:
            raise ValueError("a time needs its time zone, such as datetime.timezone.utc")
        self.text(value.astimezone(datetime.timezone.utc).replace(tzinfo=None).isoformat() + "Z")

    def elapsed(self, value: datetime.timedelta) -> None:
        """A time that passes, of at most 315,576,000,000 seconds."""
        micros = value // datetime.timedelta(microseconds=1)
        if abs(micros) > 315_576_000_000 * 1_000_000:
            raise ValueError("the duration is longer than 315,576,000,000 seconds")
        seconds, rest = divmod(abs(micros), 1_000_000)
        if rest == 0:
            fraction = ""
        else:
            fraction = f".{rest:06d}" if rest % 1_000 else f".{rest // 1_000:03d}"
        self.text(f"{'-' if micros < 0 else ''}{seconds}{fraction}s")

    def date_time(self, value: datetime.datetime) -> None:
        if value.tzinfo is None:
            raise ValueError("a time needs its time zone, such as datetime.timezone.utc")
        self.text(value.isoformat())

    def date(self, value: datetime.date) -> None:
        self.text(value.isoformat())

    def uuid(self, value: _uuid.UUID) -> None:
        self.text(str(value))
