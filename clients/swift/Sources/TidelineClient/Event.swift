import Foundation

/// What an event says besides its properties.
public struct EventOptions: Sendable {
  /// The signed-in user.
  public var userId: String?
  /// The device's id while the user is unknown.
  public var anonymousId: String?
  public var sessionId: String?
  /// The deduplication key; by default a new UUIDv7.
  public var eventId: String?
  /// When it happened; by default now.
  public var time: Date?
  public var pageUrl: String?
  public var pageTitle: String?
  public var referrer: String?
  public var locale: String?

  public init(
    userId: String? = nil, anonymousId: String? = nil, sessionId: String? = nil, eventId: String? = nil,
    time: Date? = nil, pageUrl: String? = nil, pageTitle: String? = nil, referrer: String? = nil,
    locale: String? = nil
  ) {
    self.userId = userId
    self.anonymousId = anonymousId
    self.sessionId = sessionId
    self.eventId = eventId
    self.time = time
    self.pageUrl = pageUrl
    self.pageTitle = pageTitle
    self.referrer = referrer
    self.locale = locale
  }
}

/// The server's verdict on one event.
public struct Verdict: Sendable {
  /// A name of tideline.event.v1.Outcome, such as "OUTCOME_ACCEPTED".
  public let outcome: String
  public let eventId: String
  /// Why the event was not simply accepted.
  public let fault: EventFault?
}

/// Why an event was not simply accepted.
public struct EventFault: Sendable, Decodable {
  /// A name of tideline.fault.v1.FaultReason.
  public let reason: String?
  public let field: String?
  public let rule: String?
  public let message: String?
  public let retryable: Bool?
  public let schemaVersion: UInt32?
}

/// Why an event was not sent, or not answered.
public struct TidelineError: Error, Sendable {
  /// The server's code, such as "unauthenticated" or "unavailable", or the client's own: "queue_full", "closed" and "invalid".
  public let code: String
  public let message: String
}

/// Where an event's verdict comes to.
public struct Receipt: Sendable {
  /// The event's deduplication key.
  public let eventId: String
  let task: Task<Verdict, Error>

  /// Waits for the verdict.
  public func verdict() async throws -> Verdict {
    try await task.value
  }
}

/// An event as text without the brace that closes it: each attempt adds the time of sending.
struct OpenEvent: Sendable {
  let eventId: String
  let text: String

  init(type: String, body: String, options: EventOptions) {
    let given = options.eventId ?? ""
    eventId = given.isEmpty ? uuidV7() : given
    var writer = JSONWriter()
    writer.beginObject()
    let members: [(String, String?)] = [
      ("eventId", eventId), ("type", type), ("clientTime", timeText(options.time ?? Date())),
      ("userId", options.userId), ("anonymousId", options.anonymousId), ("sessionId", options.sessionId),
    ]
    writer.write(members)
    writer.name("context")
    writer.beginObject()
    writer.write([
      ("pageUrl", options.pageUrl), ("pageTitle", options.pageTitle), ("referrer", options.referrer),
      ("locale", options.locale),
    ])
    writer.endObject()
    text = writer.text + "," + body
  }
}

extension JSONWriter {
  /// Members that are there.
  mutating func write(_ members: [(String, String?)]) {
    for case let (key, value?) in members {
      name(key)
      text(value)
    }
  }
}

/// A UUID of version 7: sorted by its time.
func uuidV7() -> String {
  let now = UInt64(Date().timeIntervalSince1970 * 1_000)
  let high = now << 16 | 0x7000 | UInt64.random(in: 0...0x0fff)
  let low = 0x8000_0000_0000_0000 | UInt64.random(in: 0...0x3fff_ffff_ffff_ffff)
  let hex = String(format: "%016llx%016llx", high, low)
  var groups: [String] = []
  var rest = Substring(hex)
  for length in [8, 4, 4, 4, 12] {
    groups.append(String(rest.prefix(length)))
    rest = rest.dropFirst(length)
  }
  return groups.joined(separator: "-")
}
