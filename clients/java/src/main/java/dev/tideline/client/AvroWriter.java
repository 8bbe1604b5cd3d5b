package dev.tideline.client;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.UUID;

/**
 * Writes one Avro datum; generated code calls the methods in the order of the schema. What a value can't be in the schema is
 * thrown as an IllegalArgumentException or ArithmeticException.
 */
public final class AvroWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(128);

  /** What was written. */
  public byte[] toByteArray() {
    return out.toByteArray();
  }

  public void bool(boolean value) {
    out.write(value ? 1 : 0);
  }

  public void int32(int value) {
    int64(value);
  }

  public void int64(long value) {
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  public void float32(float value) {
    if (!Float.isFinite(value)) {
      throw new IllegalArgumentException(value + " is not finite");
    }
    little(Float.floatToIntBits(value), 4);
  }

  public void float64(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(value + " is not finite");
    }
    little(Double.doubleToLongBits(value), 8);
  }

  private void little(long bits, int size) {
    for (int index = 0; index < size; index++) {
      out.write((int) (bits >>> (8 * index)));
    }
  }

  public void text(String value) {
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
      int64(bytes.remaining());
      out.write(bytes.array(), bytes.arrayOffset(), bytes.remaining());
    } catch (CharacterCodingException cause) {
      throw new IllegalArgumentException("a text has half a surrogate", cause);
    }
  }

  public void blob(byte[] value) {
    int64(value.length);
    out.writeBytes(value);
  }

  public void fixed(byte[] value, int size) {
    if (value.length != size) {
      throw new IllegalArgumentException(size + " bytes are expected, not " + value.length);
    }
    out.writeBytes(value);
  }

  /** The index of a union's branch or of an enum's symbol. */
  public void index(int value) {
    int64(value);
  }

  /** The items of an array or map follow, and then {@link #end}. */
  public void block(int count) {
    if (count > 0) {
      int64(count);
    }
  }

  public void end() {
    out.write(0);
  }

  /** Bytes known beforehand, such as a default's. */
  public void hex(String value) {
    out.writeBytes(HexFormat.of().parseHex(value));
  }

  public void decimalBytes(BigDecimal value, int precision, int scale) {
    blob(unscaled(value, precision, scale).toByteArray());
  }

  public void decimalFixed(BigDecimal value, int precision, int scale, int size) {
    BigInteger unscaled = unscaled(value, precision, scale);
    byte[] bytes = unscaled.toByteArray();
    if (bytes.length > size) {
      throw new IllegalArgumentException("the decimal does not fit into " + size + " bytes");
    }
    for (int missing = size - bytes.length; missing > 0; missing--) {
      out.write(unscaled.signum() < 0 ? 0xff : 0);
    }
    out.writeBytes(bytes);
  }

  private static BigInteger unscaled(BigDecimal value, int precision, int scale) {
    if (value.signum() != 0 && (long) value.precision() - value.scale() > (long) precision - scale) {
      throw new IllegalArgumentException("the decimal has more than " + precision + " digits");
    }
    return value.setScale(scale, RoundingMode.UNNECESSARY).unscaledValue();
  }

  public void uuid(UUID value) {
    text(value.toString());
  }

  public void uuidFixed(UUID value) {
    out.writeBytes(
        ByteBuffer.allocate(16)
            .putLong(value.getMostSignificantBits())
            .putLong(value.getLeastSignificantBits())
            .array());
  }

  public void date(LocalDate value) {
    int64(Math.toIntExact(value.toEpochDay()));
  }

  public void timeMillis(LocalTime value) {
    int64(value.toNanoOfDay() / 1_000_000);
  }

  public void timeMicros(LocalTime value) {
    int64(value.toNanoOfDay() / 1_000);
  }

  public void timestampMillis(Instant value) {
    int64(value.toEpochMilli());
  }

  public void timestampMicros(Instant value) {
    int64(Math.addExact(Math.multiplyExact(value.getEpochSecond(), 1_000_000L), value.getNano() / 1_000));
  }

  public void timestampNanos(Instant value) {
    int64(Math.addExact(Math.multiplyExact(value.getEpochSecond(), 1_000_000_000L), value.getNano()));
  }

  public void localTimestampMillis(LocalDateTime value) {
    timestampMillis(value.toInstant(ZoneOffset.UTC));
  }

  public void localTimestampMicros(LocalDateTime value) {
    timestampMicros(value.toInstant(ZoneOffset.UTC));
  }

  public void localTimestampNanos(LocalDateTime value) {
    timestampNanos(value.toInstant(ZoneOffset.UTC));
  }

  public void duration(AvroDuration value) {
    little(value.months(), 4);
    little(value.days(), 4);
    little(value.milliseconds(), 4);
  }
}
