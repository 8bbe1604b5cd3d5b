import Foundation

/// Writes one Avro datum; generated code calls the methods in the order of the schema. What a value can't be in the schema is
/// thrown as a `TidelineError` with the code "invalid".
public struct AvroWriter {
  public private(set) var data = Data()

  public init() {}

  public mutating func bool(_ value: Bool) {
    data.append(value ? 1 : 0)
  }

  public mutating func int32(_ value: Int32) {
    int64(Int64(value))
  }

  public mutating func int64(_ value: Int64) {
    var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
    while rest > 0x7f {
      data.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    data.append(UInt8(rest))
  }

  public mutating func float32(_ value: Float) throws {
    guard value.isFinite else { throw TidelineError(code: "invalid", message: "\(value) is not finite") }
    little(UInt64(value.bitPattern), 4)
  }

  public mutating func float64(_ value: Double) throws {
    guard value.isFinite else { throw TidelineError(code: "invalid", message: "\(value) is not finite") }
    little(value.bitPattern, 8)
  }

  private mutating func little(_ bits: UInt64, _ size: Int) {
    for index in 0..<size { data.append(UInt8((bits >> (8 * UInt64(index))) & 0xff)) }
  }

  public mutating func text(_ value: String) {
    blob(Data(value.utf8))
  }

  public mutating func blob(_ value: Data) {
    int64(Int64(value.count))
    data.append(value)
  }

  public mutating func fixed(_ value: Data, _ size: Int) throws {
    guard value.count == size else {
      throw TidelineError(code: "invalid", message: "\(size) bytes are expected, not \(value.count)")
    }
    data.append(value)
  }

  /// The index of a union's branch or of an enum's symbol.
  public mutating func index(_ value: Int) {
    int64(Int64(value))
  }

  /// The items of an array or map follow, and then `end`.
  public mutating func block(_ count: Int) {
    if count > 0 { int64(Int64(count)) }
  }

  public mutating func end() {
    data.append(0)
  }

  /// Bytes known beforehand, such as a default's.
  public mutating func hex(_ value: String) {
    var rest = Substring(value)
    while !rest.isEmpty {
      data.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
      rest = rest.dropFirst(2)
    }
  }

  public mutating func decimalBytes(_ value: Decimal, _ precision: Int, _ scale: Int) throws {
    blob(Data(try unscaledBytes(value, precision: precision, scale: scale)))
  }

  public mutating func decimalFixed(_ value: Decimal, _ precision: Int, _ scale: Int, _ size: Int) throws {
    let bytes = try unscaledBytes(value, precision: precision, scale: scale)
    guard bytes.count <= size else {
      throw TidelineError(code: "invalid", message: "the decimal does not fit into \(size) bytes")
    }
    data.append(contentsOf: [UInt8](repeating: bytes[0] >= 0x80 ? 0xff : 0, count: size - bytes.count) + bytes)
  }

  public mutating func uuid(_ value: UUID) {
    text(value.uuidString.lowercased())
  }

  public mutating func uuidFixed(_ value: UUID) {
    withUnsafeBytes(of: value.uuid) { data.append(contentsOf: $0) }
  }

  public mutating func date(_ value: CalendarDate) throws {
    int64(try value.days())
  }

  public mutating func timeMillis(_ value: TimeOfDay) throws {
    int64(try value.checked() / 1_000_000)
  }

  public mutating func timeMicros(_ value: TimeOfDay) throws {
    int64(try value.checked() / 1_000)
  }

  public mutating func timestampMillis(_ value: Date) throws {
    try timestamp(value, 1_000)
  }

  public mutating func timestampMicros(_ value: Date) throws {
    try timestamp(value, 1_000_000)
  }

  public mutating func timestampNanos(_ value: Date) throws {
    try timestamp(value, 1_000_000_000)
  }

  private mutating func timestamp(_ value: Date, _ unitsPerSecond: Double) throws {
    guard let units = Int64(exactly: (value.timeIntervalSince1970 * unitsPerSecond).rounded()) else {
      throw TidelineError(code: "invalid", message: "the time is out of range")
    }
    int64(units)
  }

  public mutating func localTimestampMillis(_ value: LocalDateTime) throws {
    int64(try value.date.days() * 86_400_000 + value.time.checked() / 1_000_000)
  }

  public mutating func localTimestampMicros(_ value: LocalDateTime) throws {
    int64(try value.date.days() * 86_400_000_000 + value.time.checked() / 1_000)
  }

  public mutating func localTimestampNanos(_ value: LocalDateTime) throws {
    let (nanos, isTooLarge) = try value.date.days().multipliedReportingOverflow(by: 86_400_000_000_000)
    guard !isTooLarge else { throw TidelineError(code: "invalid", message: "the time is out of range") }
    int64(nanos + (try value.time.checked()))
  }

  public mutating func duration(_ value: AvroDuration) {
    for part in [value.months, value.days, value.milliseconds] { little(UInt64(part), 4) }
  }
}
