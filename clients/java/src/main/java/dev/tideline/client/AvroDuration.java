package dev.tideline.client;

/** Avro's duration; each part is between 0 and 4,294,967,295. */
public record AvroDuration(long months, long days, long milliseconds) {
  public AvroDuration {
    for (long part : new long[] {months, days, milliseconds}) {
      if (part < 0 || part > 0xffff_ffffL) {
        throw new IllegalArgumentException(part + " is no part of a duration");
      }
    }
  }
}
