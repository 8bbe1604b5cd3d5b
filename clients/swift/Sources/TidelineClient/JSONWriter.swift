import Foundation

/// Writes a JSON object as text; generated code calls the methods in the order of the schema.
public struct JSONWriter {
  public private(set) var text = ""
  private var needsComma = false

  public init() {}

  /// JSON text that is known beforehand.
  public mutating func raw(_ value: String) {
    if needsComma { text += "," }
    text += value
    needsComma = true
  }

  private mutating func open(_ bracket: String) {
    raw(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: String) {
    text += bracket
    needsComma = true
  }

  public mutating func beginObject() { open("{") }

  public mutating func endObject() { close("}") }

  public mutating func beginArray() { open("[") }

  public mutating func endArray() { close("]") }

  /// The name of the member that follows.
  public mutating func name(_ value: String) {
    raw(quoted(value) + ":")
    needsComma = false
  }

  public mutating func nullValue() { raw("null") }

  public mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }

  public mutating func int64(_ value: Int64) { raw(String(value)) }

  public mutating func int32(_ value: Int32) { raw(String(value)) }

  public mutating func uint32(_ value: UInt32) { raw(String(value)) }

  /// A number of 64 bits as Protobuf has it in JSON.
  public mutating func int64Text(_ value: Int64) { raw("\"\(value)\"") }

  /// An unsigned number of 64 bits as Protobuf has it in JSON.
  public mutating func uint64Text(_ value: UInt64) { raw("\"\(value)\"") }

  public mutating func float32(_ value: Float) throws {
    guard value.isFinite else { throw TidelineError(code: "invalid", message: "\(value) is not finite") }
    raw(String(value))
  }

  public mutating func float64(_ value: Double) throws {
    guard value.isFinite else { throw TidelineError(code: "invalid", message: "\(value) is not finite") }
    raw(String(value))
  }

  public mutating func text(_ value: String) { raw(quoted(value)) }

  public mutating func json(_ value: JSONValue) throws {
    switch value {
    case .null: nullValue()
    case .bool(let bool): self.bool(bool)
    case .int(let int): int64(int)
    case .number(let number): try float64(number)
    case .string(let string): text(string)
    case .array(let items):
      beginArray()
      for item in items { try json(item) }
      endArray()
    case .object(let members):
      beginObject()
      for (key, member) in members.sorted(by: { $0.key < $1.key }) {
        name(key)
        try json(member)
      }
      endObject()
    }
  }

  public mutating func base64(_ value: Data) { text(value.base64EncodedString()) }

  /// A time of the years 1 to 9999.
  public mutating func timestamp(_ value: Date) throws {
    // The seconds from 1970 to the beginning of the year 1 and to the end of 9999.
    guard (-62_135_596_800..<253_402_300_800).contains(value.timeIntervalSince1970) else {
      throw TidelineError(code: "invalid", message: "\(value) is not between the years 1 and 9999")
    }
    text(timeText(value))
  }

  public mutating func elapsed(_ value: ElapsedTime) throws { text(try value.checked()) }

  public mutating func dateTime(_ value: Date) { text(timeText(value)) }

  public mutating func date(_ value: CalendarDate) throws {
    _ = try value.days()
    text(value.text)
  }

  public mutating func uuid(_ value: UUID) { text(value.uuidString.lowercased()) }
}

/// A text as JSON has it.
func quoted(_ value: String) -> String {
  var out = "\""
  for scalar in value.unicodeScalars {
    switch scalar {
    case "\"": out += "\\\""
    case "\\": out += "\\\\"
    case _ where scalar.value < 0x20: out += String(format: "\\u%04x", scalar.value)
    default: out.unicodeScalars.append(scalar)
    }
  }
  return out + "\""
}

/// A time in RFC 3339.
func timeText(_ value: Date) -> String {
  let formatter = ISO8601DateFormatter()
  formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
  return formatter.string(from: value)
}
