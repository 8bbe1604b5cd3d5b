package dev.tideline.client;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** Writes a JSON object as text; generated code calls the methods in the order of the schema. */
public final class JsonWriter {
  private static final int DEPTH_MAX = 64;

  private static final long UINT32_MAX = 0xffff_ffffL;
  private static final long SECONDS_MIN = Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();
  private static final long SECONDS_MAX = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
  private static final Duration ELAPSED_MAX = Duration.ofSeconds(315_576_000_000L);

  private final StringBuilder out = new StringBuilder();
  private boolean needsComma = false;

  /** What was written. */
  @Override
  public String toString() {
    return out.toString();
  }

  /** JSON text that is known beforehand. */
  public void raw(String value) {
    if (needsComma) {
      out.append(',');
    }
    out.append(value);
    needsComma = true;
  }

  private void open(String bracket) {
    raw(bracket);
    needsComma = false;
  }

  private void close(char bracket) {
    out.append(bracket);
    needsComma = true;
  }

  public void beginObject() {
    open("{");
  }

  public void endObject() {
    close('}');
  }

  public void beginArray() {
    open("[");
  }

  public void endArray() {
    close(']');
  }

  /** The name of the member that follows. */
  public void name(String value) {
    text(value);
    out.append(':');
    needsComma = false;
  }

  public void nullValue() {
    raw("null");
  }

  public void bool(boolean value) {
    raw(value ? "true" : "false");
  }

  public void int64(long value) {
    raw(Long.toString(value));
  }

  public void int32(int value) {
    raw(Integer.toString(value));
  }

  public void uint32(long value) {
    if (value < 0 || value > UINT32_MAX) {
      throw new IllegalArgumentException(value + " is no unsigned number of 32 bits");
    }
    raw(Long.toString(value));
  }

  /** A number of 64 bits as Protobuf has it in JSON. */
  public void int64Text(long value) {
    raw("\"" + value + "\"");
  }

  /** An unsigned number of 64 bits as Protobuf has it in JSON. */
  public void uint64Text(BigInteger value) {
    if (value.signum() < 0 || value.bitLength() > 64) {
      throw new IllegalArgumentException(value + " is no unsigned number of 64 bits");
    }
    raw("\"" + value + "\"");
  }

  public void float32(float value) {
    if (!Float.isFinite(value)) {
      throw new IllegalArgumentException(value + " is not finite");
    }
    raw(Float.toString(value));
  }

  public void float64(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(value + " is not finite");
    }
    raw(Double.toString(value));
  }

  public void text(String value) {
    StringBuilder quoted = new StringBuilder(value.length() + 2).append('"');
    for (int index = 0; index < value.length(); index++) {
      char unit = value.charAt(index);
      if (unit == '"' || unit == '\\') {
        quoted.append('\\').append(unit);
      } else if (unit < 0x20 || Character.isSurrogate(unit)) {
        quoted.append(String.format("\\u%04x", (int) unit));
      } else {
        quoted.append(unit);
      }
    }
    raw(quoted.append('"').toString());
  }

  /** Any JSON value: a Map with texts as keys, an Iterable, a CharSequence, a Number, a Boolean or null. */
  public void json(Object value) {
    json(value, 0);
  }

  private void json(Object value, int depth) {
    if (depth > DEPTH_MAX) {
      throw new IllegalArgumentException("a JSON value is nested too deeply");
    }
    if (value == null) {
      nullValue();
    } else if (value instanceof Boolean bool) {
      bool(bool);
    } else if (value instanceof Double || value instanceof Float) {
      float64(((Number) value).doubleValue());
    } else if (value instanceof Number) {
      raw(value.toString());
    } else if (value instanceof CharSequence) {
      text(value.toString());
    } else if (value instanceof Map<?, ?> map) {
      beginObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        name(String.valueOf(entry.getKey()));
        json(entry.getValue(), depth + 1);
      }
      endObject();
    } else if (value instanceof Iterable<?> items) {
      beginArray();
      for (Object item : items) {
        json(item, depth + 1);
      }
      endArray();
    } else {
      throw new IllegalArgumentException(value.getClass().getName() + " is no JSON value");
    }
  }

  public void base64(byte[] value) {
    raw("\"" + Base64.getEncoder().encodeToString(value) + "\"");
  }

  /** A time of the years 1 to 9999. */
  public void timestamp(Instant value) {
    if (value.getEpochSecond() < SECONDS_MIN || value.getEpochSecond() > SECONDS_MAX) {
      throw new IllegalArgumentException(value + " is not between the years 1 and 9999");
    }
    text(value.toString());
  }

  /** A time that passes, of at most 315,576,000,000 seconds. */
  public void elapsed(Duration value) {
    Duration size = value.abs();
    if (size.compareTo(ELAPSED_MAX) > 0) {
      throw new IllegalArgumentException(value + " is longer than 315,576,000,000 seconds");
    }
    String sign = value.isNegative() ? "-" : "";
    text(sign + size.getSeconds() + fraction(size.getNano()) + "s");
  }

  private static String fraction(int nanos) {
    if (nanos == 0) {
      return "";
    }
    if (nanos % 1_000_000 == 0) {
      return String.format(Locale.ROOT, ".%03d", nanos / 1_000_000);
    }
    if (nanos % 1_000 == 0) {
      return String.format(Locale.ROOT, ".%06d", nanos / 1_000);
    }
    return String.format(Locale.ROOT, ".%09d", nanos);
  }

  public void dateTime(Instant value) {
    text(value.toString());
  }

  public void date(LocalDate value) {
    text(value.toString());
  }

  public void uuid(UUID value) {
    text(value.toString());
  }
}
