import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// How a client sends.
public struct ClientOptions: Sendable {
  /// A batch goes out with so many events, at most 1,000,
  public var batchEvents = 100
  /// or so many seconds after its first.
  public var batchSeconds = 10.0
  /// Events that may wait; further ones are refused with "queue_full".
  public var queueEvents = 10_000
  /// How often a batch is tried.
  public var attempts = 6
  /// How many seconds one attempt may take.
  public var attemptSeconds = 30.0

  public init() {}
}

/// Sends events in batches, one batch after the other. A batch that the server can't take now is sent again with the same ids,
/// so that nothing is stored twice. Call `close` before the process ends: what is not sent by then is lost.
public final class TidelineClient: Sendable {
  private let sender: Sender

  /// A client with an API key of the scope "ingest".
  public init(url: URL, key: String, options: ClientOptions = ClientOptions()) {
    precondition((1...1_000).contains(options.batchEvents), "batchEvents: 1 to 1,000")
    sender = Sender(endpoint: url.appendingPathComponent("v1/events"), key: key, options: options)
  }

  /// Queues an event with a JSON object as its properties.
  public func trackJSON(_ type: String, _ properties: String, _ options: EventOptions) -> Receipt {
    track(OpenEvent(type: type, body: "\"properties\":" + properties, options: options))
  }

  /// Queues an event with an Avro datum of a registered schema as its properties.
  public func trackAvro(_ type: String, _ schemaId: UInt32, _ datum: Data, _ options: EventOptions) -> Receipt {
    let body = "\"avro\":{\"schemaId\":\(schemaId),\"data\":\"\(datum.base64EncodedString())\"}"
    return track(OpenEvent(type: type, body: body, options: options))
  }

  private func track(_ event: OpenEvent) -> Receipt {
    Receipt(eventId: event.eventId, task: Task { [sender] in try await sender.verdict(of: event) })
  }

  /// Returns when every event that has reached the queue has its verdict, or was given up.
  public func flush() async {
    await sender.flush()
  }

  /// Sends what waits, and takes no more.
  public func close() async {
    await sender.close()
  }
}

/// The queue; there is one sending at a time.
private actor Sender {
  private struct Waiting {
    let event: OpenEvent
    let verdict: CheckedContinuation<Verdict, Error>
  }

  private struct Answer: Decodable {
    struct RawVerdict: Decodable {
      let outcome: String?
      let fault: EventFault?
    }

    let verdicts: [RawVerdict]?
    let code: String?
    let message: String?
  }

  private enum Attempt {
    case verdicts([Answer.RawVerdict])
    /// Without seconds another attempt can't help.
    case failed(TidelineError, retryAfterSeconds: Double?)
  }

  private let endpoint: URL
  private let key: String
  private let options: ClientOptions
  private var queue: [Waiting] = []
  private var timer: Task<Void, Never>?
  private var sending: Task<Void, Never>?
  private var isClosed = false

  init(endpoint: URL, key: String, options: ClientOptions) {
    self.endpoint = endpoint
    self.key = key
    self.options = options
  }

  func verdict(of event: OpenEvent) async throws -> Verdict {
    if isClosed { throw TidelineError(code: "closed", message: "the client is closed") }
    if queue.count >= options.queueEvents {
      throw TidelineError(code: "queue_full", message: "too many events wait to be sent")
    }
    return try await withCheckedThrowingContinuation { verdict in
      queue.append(Waiting(event: event, verdict: verdict))
      if queue.count >= options.batchEvents {
        send()
      } else if timer == nil {
        let nanoseconds = UInt64(options.batchSeconds * 1_000_000_000)
        timer = Task { [weak self] in
          try? await Task.sleep(nanoseconds: nanoseconds)
          if !Task.isCancelled { await self?.send() }
        }
      }
    }
  }

  func flush() async {
    while !queue.isEmpty || sending != nil {
      send()
      await sending?.value
    }
  }

  func close() async {
    isClosed = true
    await flush()
  }

  private func send() {
    timer?.cancel()
    timer = nil
    if sending == nil { sending = Task { await self.drain() } }
  }

  private func drain() async {
    while !queue.isEmpty {
      var characters = 0
      var count = 0
      for waiting in queue.prefix(options.batchEvents) {
        characters += waiting.event.text.utf8.count
        if count > 0 && characters > 1_000_000 { break }
        count += 1
      }
      let batch = Array(queue.prefix(count))
      queue.removeFirst(count)
      await settle(batch)
    }
    sending = nil
  }

  /// Tries a batch until every event has its verdict or is given up.
  private func settle(_ batch: [Waiting]) async {
    var pending = batch
    var attempt = 1
    while !pending.isEmpty {
      let isLast = attempt >= options.attempts
      var retryAfterSeconds = 0.0
      switch await post(pending) {
      case .verdicts(let verdicts):
        pending = deliver(pending, verdicts, isLast)
      case .failed(let error, let seconds):
        guard !isLast, let seconds = seconds else {
          for waiting in pending { waiting.verdict.resume(throwing: error) }
          return
        }
        retryAfterSeconds = seconds
      }
      if pending.isEmpty { return }
      let backoff = min(0.2 * pow(2, Double(attempt - 1)), 10) * Double.random(in: 0.5...1)
      try? await Task.sleep(nanoseconds: UInt64(max(backoff, retryAfterSeconds) * 1_000_000_000))
      attempt += 1
    }
  }

  /// Hands out verdicts; what the server would take at another time is returned.
  private func deliver(_ pending: [Waiting], _ verdicts: [Answer.RawVerdict], _ isLast: Bool) -> [Waiting] {
    var again: [Waiting] = []
    for (index, waiting) in pending.enumerated() {
      let said = index < verdicts.count ? verdicts[index] : nil
      if said?.fault?.retryable == true && !isLast {
        again.append(waiting)
        continue
      }
      let outcome = said?.outcome ?? "OUTCOME_REJECTED"
      waiting.verdict.resume(
        returning: Verdict(outcome: outcome, eventId: waiting.event.eventId, fault: said?.fault))
    }
    return again
  }

  private func post(_ events: [Waiting]) async -> Attempt {
    let sent = ",\"sentTime\":" + quoted(timeText(Date())) + "}"
    let body = "[" + events.map { $0.event.text + sent }.joined(separator: ",") + "]"
    var request = URLRequest(url: endpoint, timeoutInterval: options.attemptSeconds)
    request.httpMethod = "POST"
    request.setValue("application/json", forHTTPHeaderField: "content-type")
    request.setValue("Bearer " + key, forHTTPHeaderField: "authorization")
    request.httpBody = Data(body.utf8)
    let unavailable = TidelineError(code: "unavailable", message: "the server did not answer")
    guard let (data, response) = try? await URLSession.shared.data(for: request),
      let http = response as? HTTPURLResponse
    else { return .failed(unavailable, retryAfterSeconds: 0) }
    let answer = try? JSONDecoder().decode(Answer.self, from: data)
    if http.statusCode == 200, let verdicts = answer?.verdicts { return .verdicts(verdicts) }
    let error = TidelineError(
      code: answer?.code ?? "unknown", message: answer?.message ?? "the server answered \(http.statusCode)")
    guard [429, 502, 503, 504].contains(http.statusCode) else {
      return .failed(error, retryAfterSeconds: nil)
    }
    let seconds = Double(http.value(forHTTPHeaderField: "retry-after") ?? "0") ?? 0
    return .failed(error, retryAfterSeconds: min(max(seconds, 0), 60))
  }
}
