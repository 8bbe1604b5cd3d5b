package dev.tideline.client;

/** Why an event was not sent, or not answered. */
public final class TidelineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;

  public TidelineException(String code, String message) {
    super(code + ": " + message);
    this.code = code;
  }

  /**
   * The server's code, such as "unauthenticated" or "unavailable", or the client's own: "queue_full" and "closed".
   */
  public String code() {
    return code;
  }
}
