package dev.tideline.client;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.UUID;

/** Writes a JSON object as text; generated code calls the methods in the order of the schema. */
public final class JsonWriter {
  private static final int DEPTH_MAX = 64;

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
