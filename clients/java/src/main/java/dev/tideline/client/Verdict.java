package dev.tideline.client;

import java.util.Map;

/**
 * The server's verdict on one event.
 *
 * @param outcome a name of tideline.event.v1.Outcome, such as "OUTCOME_ACCEPTED"
 * @param eventId the event's deduplication key
 * @param fault why the event was not simply accepted; null where it was
 */
public record Verdict(String outcome, String eventId, Fault fault) {
  /**
   * Why an event was not simply accepted.
   *
   * @param reason a name of tideline.fault.v1.FaultReason
   */
  public record Fault(String reason, String field, String rule, String message, boolean retryable) {
    static Fault of(Map<?, ?> said) {
      return new Fault(
          text(said, "reason"),
          text(said, "field"),
          text(said, "rule"),
          text(said, "message"),
          Boolean.TRUE.equals(said.get("retryable")));
    }
  }

  static Verdict of(Object said, String eventId) {
    Map<?, ?> members = said instanceof Map<?, ?> map ? map : Map.of();
    String outcome = text(members, "outcome");
    Fault fault = members.get("fault") instanceof Map<?, ?> map ? Fault.of(map) : null;
    return new Verdict(outcome.isEmpty() ? "OUTCOME_REJECTED" : outcome, eventId, fault);
  }

  private static String text(Map<?, ?> said, String name) {
    return said.get(name) instanceof String text ? text : "";
  }
}
