// Common types that schemas import without registering them: those of google/type, and those that Confluent's
// serializers refer to. Their names, numbers and types are the interface; options for languages are left out.

const googleType = (file: string, body: string, imports: readonly string[] = []): [string, string] => [
  `google/type/${file}.proto`,
  `syntax = "proto3";\npackage google.type;\n${imports.map((path) => `import "${path}";\n`).join("")}${body}`,
];

const META = `syntax = "proto3";
package confluent;
import "google/protobuf/descriptor.proto";
message Meta {
  string doc = 1;
  map<string, string> params = 2;
  repeated string tags = 3;
}
extend google.protobuf.FileOptions { Meta file_meta = 1088; }
extend google.protobuf.MessageOptions { Meta message_meta = 1088; }
extend google.protobuf.FieldOptions { Meta field_meta = 1088; }
extend google.protobuf.EnumOptions { Meta enum_meta = 1088; }
extend google.protobuf.EnumValueOptions { Meta enum_value_meta = 1088; }
`;

const DECIMAL = `syntax = "proto3";
package confluent.type;
message Decimal {
  bytes value = 1;
  uint32 precision = 2;
  int32 scale = 3;
}
`;

const enumText = (name: string, first: string, rest: readonly string[]): string =>
  `enum ${name} { ${[first, ...rest].map((value, number) => `${value} = ${number};`).join(" ")} }\n`;

const days = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
const months = [
  "JANUARY",
  "FEBRUARY",
  "MARCH",
  "APRIL",
  "MAY",
  "JUNE",
  "JULY",
  "AUGUST",
  "SEPTEMBER",
  "OCTOBER",
  "NOVEMBER",
  "DECEMBER",
];
const periods = ["DAY", "WEEK", "FORTNIGHT", "MONTH", "QUARTER", "HALF", "YEAR"];

const DATETIME = `message DateTime {
  int32 year = 1;
  int32 month = 2;
  int32 day = 3;
  int32 hours = 4;
  int32 minutes = 5;
  int32 seconds = 6;
  int32 nanos = 7;
  oneof time_offset {
    google.protobuf.Duration utc_offset = 8;
    TimeZone time_zone = 9;
  }
}
message TimeZone { string id = 1; string version = 2; }
`;

const POSTAL_ADDRESS = `message PostalAddress {
  int32 revision = 1;
  string region_code = 2;
  string language_code = 3;
  string postal_code = 4;
  string sorting_code = 5;
  string administrative_area = 6;
  string locality = 7;
  string sublocality = 8;
  repeated string address_lines = 9;
  repeated string recipients = 10;
  string organization = 11;
}
`;

const PHONE_NUMBER = `message PhoneNumber {
  message ShortCode { string region_code = 1; string number = 2; }
  oneof kind { string e164_number = 1; ShortCode short_code = 2; }
  string extension = 3;
}
`;

/** Texts by the path of their import. */
export const builtInTexts: ReadonlyMap<string, string> = new Map([
  ["confluent/meta.proto", META],
  ["confluent/type/decimal.proto", DECIMAL],
  googleType("date", "message Date { int32 year = 1; int32 month = 2; int32 day = 3; }\n"),
  googleType(
    "timeofday",
    "message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32 seconds = 3; int32 nanos = 4; }\n",
  ),
  googleType("datetime", DATETIME, ["google/protobuf/duration.proto"]),
  googleType("dayofweek", enumText("DayOfWeek", "DAY_OF_WEEK_UNSPECIFIED", days)),
  googleType("month", enumText("Month", "MONTH_UNSPECIFIED", months)),
  googleType("calendar_period", enumText("CalendarPeriod", "CALENDAR_PERIOD_UNSPECIFIED", periods)),
  googleType("money", "message Money { string currency_code = 1; int64 units = 2; int32 nanos = 3; }\n"),
  googleType("decimal", "message Decimal { string value = 1; }\n"),
  googleType("fraction", "message Fraction { int64 numerator = 1; int64 denominator = 2; }\n"),
  googleType("latlng", "message LatLng { double latitude = 1; double longitude = 2; }\n"),
  googleType(
    "interval",
    "message Interval { google.protobuf.Timestamp start_time = 1; google.protobuf.Timestamp end_time = 2; }\n",
    ["google/protobuf/timestamp.proto"],
  ),
  googleType(
    "color",
    "message Color { float red = 1; float green = 2; float blue = 3; google.protobuf.FloatValue alpha = 4; }\n",
    ["google/protobuf/wrappers.proto"],
  ),
  googleType(
    "expr",
    "message Expr { string expression = 1; string title = 2; string description = 3; string location = 4; }\n",
  ),
  googleType("localized_text", "message LocalizedText { string text = 1; string language_code = 2; }\n"),
  googleType(
    "quaternion",
    "message Quaternion { double x = 1; double y = 2; double z = 3; double w = 4; }\n",
  ),
  googleType("phone_number", PHONE_NUMBER),
  googleType("postal_address", POSTAL_ADDRESS),
]);
