package dev.tideline.client;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** What an event says besides its properties. All of it is optional; each method returns the options themselves. */
public final class EventOptions {
  private final Map<String, Object> members = new LinkedHashMap<>();
  private final Map<String, Object> context = new LinkedHashMap<>();
  private String eventId;
  private Instant time;

  /** The signed-in user. */
  public EventOptions userId(String value) {
    members.put("userId", value);
    return this;
  }

  /** The device's or browser's id while the user is unknown. */
  public EventOptions anonymousId(String value) {
    members.put("anonymousId", value);
    return this;
  }

  public EventOptions sessionId(String value) {
    members.put("sessionId", value);
    return this;
  }

  /** The deduplication key; by default a new UUIDv7. */
  public EventOptions eventId(String value) {
    eventId = value;
    return this;
  }

  /** When it happened; by default now. */
  public EventOptions time(Instant value) {
    time = value;
    return this;
  }

  public EventOptions ip(String value) {
    context.put("ip", value);
    return this;
  }

  public EventOptions userAgent(String value) {
    context.put("userAgent", value);
    return this;
  }

  public EventOptions pageUrl(String value) {
    context.put("pageUrl", value);
    return this;
  }

  public EventOptions pageTitle(String value) {
    context.put("pageTitle", value);
    return this;
  }

  public EventOptions referrer(String value) {
    context.put("referrer", value);
    return this;
  }

  public EventOptions locale(String value) {
    context.put("locale", value);
    return this;
  }

  String eventIdOr(String made) {
    return eventId == null || eventId.isEmpty() ? made : eventId;
  }

  /** The event's members but its properties, as they travel. */
  Map<String, Object> members(String type, String id) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("eventId", id);
    all.put("type", type);
    all.put("clientTime", (time == null ? Instant.now() : time).toString());
    all.putAll(members);
    if (!context.isEmpty()) {
      all.put("context", context);
    }
    return all;
  }
}
