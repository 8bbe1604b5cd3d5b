import Foundation

/// Any JSON value.
public indirect enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])
}

/// A day of the calendar.
public struct CalendarDate: Sendable {
  public let year: Int
  public let month: Int
  public let day: Int

  public init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// Days since 1970-01-01; throws where there is no such day.
  func days() throws -> Int64 {
    let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1...9999).contains(year), (1...12).contains(month), (1...lengths[month - 1]).contains(day) else {
      throw TidelineError(code: "invalid", message: "\(year)-\(month)-\(day) is no day")
    }
    let before = year - 1
    let leapDays = before / 4 - before / 100 + before / 400
    return Int64(before * 365 + leapDays + lengths[..<(month - 1)].reduce(0, +) + day - 1 - 719_162)
  }

  var text: String { String(format: "%04d-%02d-%02d", year, month, day) }
}

/// A time of day.
public struct TimeOfDay: Sendable {
  public let nanoseconds: Int64

  public init(hour: Int, minute: Int, second: Int = 0, nanosecond: Int = 0) {
    nanoseconds = Int64((hour * 60 + minute) * 60 + second) * 1_000_000_000 + Int64(nanosecond)
  }

  func checked() throws -> Int64 {
    guard (0..<86_400_000_000_000).contains(nanoseconds) else {
      throw TidelineError(code: "invalid", message: "the value is no time of day")
    }
    return nanoseconds
  }
}

/// A day and a time without a zone.
public struct LocalDateTime: Sendable {
  public let date: CalendarDate
  public let time: TimeOfDay

  public init(date: CalendarDate, time: TimeOfDay) {
    self.date = date
    self.time = time
  }
}

/// Avro's duration.
public struct AvroDuration: Sendable {
  public let months: UInt32
  public let days: UInt32
  public let milliseconds: UInt32

  public init(months: UInt32 = 0, days: UInt32 = 0, milliseconds: UInt32 = 0) {
    self.months = months
    self.days = days
    self.milliseconds = milliseconds
  }
}

/// A time that passes; both parts have the same sign.
public struct ElapsedTime: Sendable {
  public let seconds: Int64
  public let nanoseconds: Int32

  public init(seconds: Int64, nanoseconds: Int32 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  func checked() throws -> String {
    let isOneSign = (seconds >= 0 && nanoseconds >= 0) || (seconds <= 0 && nanoseconds <= 0)
    let isWithin = seconds.magnitude < 315_576_000_000 || (seconds.magnitude == 315_576_000_000 && nanoseconds == 0)
    guard isOneSign, isWithin, nanoseconds.magnitude < 1_000_000_000 else {
      throw TidelineError(code: "invalid", message: "the value is no duration")
    }
    let sign = seconds < 0 || nanoseconds < 0 ? "-" : ""
    return sign + String(seconds.magnitude) + fraction() + "s"
  }

  private func fraction() -> String {
    let nanos = nanoseconds.magnitude
    if nanos == 0 { return "" }
    if nanos % 1_000_000 == 0 { return String(format: ".%03u", nanos / 1_000_000) }
    if nanos % 1_000 == 0 { return String(format: ".%06u", nanos / 1_000) }
    return String(format: ".%09u", nanos)
  }
}

/// A decimal in units of its last digit as two's complement, the largest byte first, in as few bytes as it takes.
func unscaledBytes(_ value: Decimal, precision: Int, scale: Int) throws -> [UInt8] {
  guard value.isFinite else { throw TidelineError(code: "invalid", message: "the decimal is not finite") }
  let isNegative = value < 0
  let text = (isNegative ? -value : value).description
  let parts = text.split(separator: ".", omittingEmptySubsequences: false)
  let fraction = parts.count > 1 ? String(parts[1]) : ""
  guard fraction.count <= scale else {
    throw TidelineError(code: "invalid", message: "the decimal has more than \(scale) digits behind the point")
  }
  let digits = (parts[0] + fraction + String(repeating: "0", count: scale - fraction.count)).drop { $0 == "0" }
  guard digits.count <= precision else {
    throw TidelineError(code: "invalid", message: "the decimal has more than \(precision) digits")
  }
  var bytes: [UInt8] = [0]
  for digit in digits {
    var carry = Int(digit.wholeNumberValue ?? 0)
    for index in bytes.indices.reversed() {
      let product = Int(bytes[index]) * 10 + carry
      bytes[index] = UInt8(product & 0xff)
      carry = product >> 8
    }
    if carry > 0 { bytes.insert(UInt8(carry), at: 0) }
  }
  if bytes[0] >= 0x80 { bytes.insert(0, at: 0) }
  guard isNegative else { return bytes }
  var carry = 1
  for index in bytes.indices.reversed() {
    let sum = Int(~bytes[index]) + carry
    bytes[index] = UInt8(sum & 0xff)
    carry = sum >> 8
  }
  while bytes.count > 1 && bytes[0] == 0xff && bytes[1] >= 0x80 { bytes.removeFirst() }
  return bytes
}
