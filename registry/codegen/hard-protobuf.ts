// Protobuf schemas that have every part that typed clients are made of. Beside `hard-events.ts`.

/** proto3: every scalar, well-known types, presence, oneofs, maps by every kind of key, options that say something. */
export const order = `
syntax = "proto3";
package shop.v1;

import "confluent/meta.proto";
import "google/protobuf/any.proto";
import "google/protobuf/descriptor.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";

extend google.protobuf.FieldOptions {
  string doc = 50001;
  string unit = 50002;
}

message OrderPlaced {
  option (confluent.message_meta) = { doc: "An order was placed.\\nBy anyone." };
  enum Status {
    option (confluent.enum_meta).doc = "How far it is.";
    STATUS_UNSPECIFIED = 0;
    STATUS_OPEN = 1 [(confluent.enum_value_meta).doc = "To be paid."];
    STATUS_PAID = 2;
    STATUS_LOST = 3 [deprecated = true];
  }
  message Line {
    message Discount {
      enum Kind { NONE = 0; PERCENT = 1; }
      Kind kind = 1;
      double by = 2;
    }
    string sku = 1;
    uint32 quantity = 2;
    Discount discount = 3;
    repeated Line parts = 4;
  }
  message Card { string last_digits = 1; }

  string order_id = 1 [(doc) = "The shop's number."];
  Status status = 2;
  repeated Line lines = 3;
  map<string, Line> by_shelf = 4;
  map<int64, string> by_number = 5;
  map<bool, uint64> by_flag = 6;
  map<uint32, Status> by_step = 7;
  optional string coupon = 8;
  optional Status before = 9;
  optional int32 tries = 10;
  int64 total_cents = 11 [(unit) = "cent"];
  uint64 big = 12;
  sint64 delta = 13;
  fixed64 mark = 14;
  sfixed64 drift = 15;
  fixed32 code = 16;
  sfixed32 shift = 17;
  sint32 step = 18;
  float rate = 19;
  double score = 20;
  bool gift = 21;
  bytes token = 22;
  google.protobuf.Timestamp placed_at = 23;
  google.protobuf.Duration took = 24;
  google.protobuf.StringValue note = 25;
  google.protobuf.Int64Value points = 26;
  google.protobuf.UInt64Value rank = 27;
  google.protobuf.BoolValue agreed = 28;
  google.protobuf.BytesValue seal = 29;
  google.protobuf.FloatValue share = 30;
  google.protobuf.Struct extra = 31;
  google.protobuf.Value anything = 32;
  google.protobuf.ListValue list = 33;
  google.protobuf.Any other = 34;
  google.protobuf.FieldMask changed = 35;
  google.protobuf.Empty nothing = 36;
  repeated google.protobuf.Timestamp stops = 37;
  repeated bytes pages = 38;
  oneof payment {
    Card card = 39 [(doc) = "Paid by card."];
    string voucher_code = 40 [deprecated = true];
    int64 points_spent = 41;
    bool on_the_house = 42;
  }
  string old_name = 43 [deprecated = true, json_name = "2nd name"];
  Other elsewhere = 45;
}

message Other {
  oneof only { OrderPlaced order = 1; }
  string payment = 2;
}
`;

/** proto2: required fields, defaults, groups, extensions, and names that clash with what is generated. */
export const signal = `
syntax = "proto2";

import "google/protobuf/descriptor.proto";

extend google.protobuf.FieldOptions { optional string pii = 50001; }

message Signal {
  required string class = 1;
  required int64 type = 2;
  optional int32 level = 3 [default = 7];
  optional string say = 4 [default = "a\\"b*/"];
  optional group Part = 5 { required bool on = 1; }
  required Mood mood = 6;
  required Inner inner = 7;
  oneof v { int32 w = 8; string self = 9; }
  optional string email = 10 [(pii) = "email"];
  extensions 100 to 200;
  enum Mood { default = 0; None = 1; option_ = -2; }
  message Inner { optional Signal again = 1; }
}

extend Signal { optional string added = 100; }
`;
