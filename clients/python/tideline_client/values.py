"""Values that Python has no type for, and how they become numbers."""

from __future__ import annotations

import datetime
import decimal
from dataclasses import dataclass
from typing import Mapping, Sequence, Union

JsonValue = Union[str, int, float, bool, None, Sequence["JsonValue"], Mapping[str, "JsonValue"]]
"""Any JSON value."""

_EPOCH = datetime.datetime(1970, 1, 1)
_EPOCH_UTC = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


@dataclass(frozen=True)
class AvroDuration:
    """Avro's duration; each part at most 4,294,967,295."""

    months: int = 0
    days: int = 0
    milliseconds: int = 0


def days_of(value: datetime.date) -> int:
    """Days since 1970-01-01."""
    return value.toordinal() - 719_163


def micros_of_day(value: datetime.time) -> int:
    """Microseconds since midnight."""
    if value.tzinfo is not None:
        raise ValueError("a time of day has no time zone")
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond


def micros_of_instant(value: datetime.datetime) -> int:
    """Microseconds since 1970 of a time with a zone."""
    if value.tzinfo is None:
        raise ValueError("a time needs its time zone, such as datetime.timezone.utc")
    return (value - _EPOCH_UTC) // datetime.timedelta(microseconds=1)


def micros_of_local(value: datetime.datetime) -> int:
    """Microseconds from 1970-01-01T00:00 to a day and time without a zone."""
    if value.tzinfo is not None:
        raise ValueError("a local time has no time zone")
    return (value - _EPOCH) // datetime.timedelta(microseconds=1)


def unscaled_of(value: decimal.Decimal, precision: int, scale: int) -> int:
    """A decimal in units of its last digit; ValueError where it does not fit."""
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise ValueError("a decimal has to be finite")
    number = int("".join(map(str, digits)) or "0")
    shift = exponent + scale
    if number != 0 and shift > precision:
        raise ValueError(f"the decimal has more than {precision} digits")
    if shift >= 0:
        unscaled = number * 10**shift if number else 0
    else:
        unscaled, rest = divmod(number, 10 ** min(-shift, len(digits) + 1))
        if rest:
            raise ValueError(f"the decimal has more than {scale} digits behind the point")
    if unscaled >= 10**precision:
        raise ValueError(f"the decimal has more than {precision} digits")
    return -unscaled if sign else unscaled
