"""Writes JSON."""

from __future__ import annotations

import datetime
import json
import uuid as _uuid

from .values import JsonValue


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

    def float64(self, value: float) -> None:
        self.raw(json.dumps(value, allow_nan=False))

    def text(self, value: str) -> None:
        self.raw(json.dumps(value))

    def json(self, value: JsonValue) -> None:
        """Any JSON value."""
        self.raw(json.dumps(value, allow_nan=False))

    def date_time(self, value: datetime.datetime) -> None:
        if value.tzinfo is None:
            raise ValueError("a time needs its time zone, such as datetime.timezone.utc")
        self.text(value.isoformat())

    def date(self, value: datetime.date) -> None:
        self.text(value.isoformat())

    def uuid(self, value: _uuid.UUID) -> None:
        self.text(str(value))
